#pragma once
// A sequence of episodes, which stay in memory up to a limit; those beyond lie in a temporary file.

#include "libfm/env/rollout.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <span>
#include <vector>

namespace fm {

class ScratchFile;

/// Limits the memory of all sequences together, as far as they are filled from now on, bytes. The content does not depend on
/// it.
void set_episode_memory(std::uint64_t bytes);

/// Copies share the episodes, which are not changed. Reading is safe in several threads; one at a time may fill sequences.
class Episodes {
 public:
  class Iterator;

  Episodes() = default;
  Episodes(std::vector<Episode> episodes);
  Episodes(std::initializer_list<Episode> episodes) : Episodes(std::vector(episodes)) {}

  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }

  /// @throws MachineError if the temporary file cannot be read, as all that follow
  std::shared_ptr<const Episode> operator[](std::size_t i) const;
  std::shared_ptr<const Episode> front() const { return (*this)[0]; }
  // Known without reading the episode:
  Eigen::Index steps(std::size_t i) const { return entries_[i].steps; }
  std::uint64_t index(std::size_t i) const { return entries_[i].index; }

  /// Each dereferenced episode is valid until its iterator is advanced.
  Iterator begin() const;
  Iterator end() const;

  /// @throws MachineError if the temporary file cannot be written
  void push_back(Episode episode);
  /// Appends the episodes of another sequence, which is empty then.
  void append(Episodes&& more);
  /// The chosen episodes, in the order of the positions.
  Episodes subset(std::span<const std::size_t> positions) const;
  /// Sets the index of each episode to its position.
  void renumber();

 private:
  /// An episode in memory, or its place in a file.
  struct Entry {
    std::shared_ptr<const Episode> kept;
    std::shared_ptr<ScratchFile> file;
    std::uint64_t offset = 0, bytes = 0;
    std::uint64_t index = 0;  ///< Episode::index, also of a kept one
    Eigen::Index steps = 0;
  };

  std::vector<Entry> entries_;
};

class Episodes::Iterator {
 public:
  using iterator_concept = std::input_iterator_tag;
  using iterator_category = std::input_iterator_tag;
  using value_type = Episode;
  using difference_type = std::ptrdiff_t;
  using pointer = const Episode*;
  using reference = const Episode&;

  Iterator() = default;
  Iterator(const Episodes& episodes, std::size_t position) : episodes_(&episodes), position_(position) {}

  const Episode& operator*() const {
    if (!episode_) episode_ = (*episodes_)[position_];
    return *episode_;
  }
  const Episode* operator->() const { return &**this; }
  Iterator& operator++() {
    ++position_;
    episode_.reset();
    return *this;
  }
  void operator++(int) { ++*this; }
  bool operator==(const Iterator& other) const { return position_ == other.position_; }

 private:
  const Episodes* episodes_ = nullptr;
  std::size_t position_ = 0;
  mutable std::shared_ptr<const Episode> episode_;
};

inline Episodes::Iterator Episodes::begin() const { return {*this, 0}; }
inline Episodes::Iterator Episodes::end() const { return {*this, size()}; }

}  // namespace fm
