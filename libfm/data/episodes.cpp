#include "libfm/data/episodes.hpp"

#include "libfm/core/scratch_file.hpp"

#include <array>
#include <atomic>
#include <cstring>
#include <mutex>
#include <utility>

namespace fm {
namespace {

std::atomic<std::uint64_t> memory_limit = std::uint64_t{4} << 30, memory_in_use = 0;

/// An episode in memory, counted.
struct Counted {
  Counted(Episode moved, std::uint64_t size) : episode(std::move(moved)), bytes(size) { memory_in_use += bytes; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { memory_in_use -= bytes; }

  const Episode episode;
  const std::uint64_t bytes;
};

/// The file of all sequences, as long as one of them has episodes in it.
std::shared_ptr<ScratchFile> scratch_file() {
  static std::mutex mutex;
  static std::weak_ptr<ScratchFile> current;
  const std::lock_guard lock(mutex);
  std::shared_ptr<ScratchFile> file = current.lock();
  if (!file) current = file = std::make_shared<ScratchFile>();
  return file;
}

constexpr std::array<Matrix Episode::*, 6> matrices = {&Episode::observations,     &Episode::actions,
                                                       &Episode::executed_actions, &Episode::goals,
                                                       &Episode::states,           &Episode::extras};
constexpr std::array<std::vector<std::uint8_t> Episode::*, 2> flags = {&Episode::terminated, &Episode::truncated};

using Bytes = std::vector<std::byte>;

template <class T>
void put(Bytes& to, const T* values, std::size_t count) {
  const auto bytes = std::as_bytes(std::span(values, count));
  to.insert(to.end(), bytes.begin(), bytes.end());
}

void put_size(Bytes& to, std::uint64_t size) { put(to, &size, 1); }

Bytes packed(const Episode& e) {
  Bytes bytes;
  for (const auto part : matrices) {
    const Matrix& matrix = e.*part;
    put_size(bytes, static_cast<std::uint64_t>(matrix.rows()));
    put_size(bytes, static_cast<std::uint64_t>(matrix.cols()));
    put(bytes, matrix.data(), static_cast<std::size_t>(matrix.size()));
  }
  put_size(bytes, e.rewards.size());
  put(bytes, e.rewards.data(), e.rewards.size());
  for (const auto part : flags) {
    put_size(bytes, (e.*part).size());
    put(bytes, (e.*part).data(), (e.*part).size());
  }
  put(bytes, &e.success, 1);
  put(bytes, &e.diverged, 1);
  return bytes;
}

class Unpacker {
 public:
  explicit Unpacker(const Bytes& bytes) : next_(bytes.data()) {}

  template <class T>
  void take(T* values, std::size_t count) {
    if (count > 0) std::memcpy(values, next_, count * sizeof(T));
    next_ += count * sizeof(T);
  }

  std::size_t size() {
    std::uint64_t size = 0;
    take(&size, 1);
    return size;
  }

 private:
  const std::byte* next_;
};

Episode unpacked(const Bytes& bytes) {
  Unpacker from(bytes);
  Episode e;
  for (const auto part : matrices) {
    const auto rows = static_cast<Eigen::Index>(from.size()), columns = static_cast<Eigen::Index>(from.size());
    (e.*part).resize(rows, columns);
    from.take((e.*part).data(), static_cast<std::size_t>(rows * columns));
  }
  e.rewards.resize(from.size());
  from.take(e.rewards.data(), e.rewards.size());
  for (const auto part : flags) {
    (e.*part).resize(from.size());
    from.take((e.*part).data(), (e.*part).size());
  }
  from.take(&e.success, 1);
  from.take(&e.diverged, 1);
  return e;
}

std::uint64_t bytes_of(const Episode& e) {
  std::size_t bytes = sizeof(Episode) + e.rewards.size() * sizeof(double) + e.terminated.size() + e.truncated.size();
  for (const auto part : matrices) bytes += static_cast<std::size_t>((e.*part).size()) * sizeof(double);
  return bytes;
}

std::shared_ptr<const Episode> keep(Episode episode, std::uint64_t bytes) {
  const auto counted = std::make_shared<const Counted>(std::move(episode), bytes);
  return {counted, &counted->episode};
}

}  // namespace

void set_episode_memory(std::uint64_t bytes) { memory_limit = bytes; }

Episodes::Episodes(std::vector<Episode> episodes) {
  for (Episode& episode : episodes) push_back(std::move(episode));
}

std::shared_ptr<const Episode> Episodes::operator[](std::size_t i) const {
  const Entry& entry = entries_[i];
  if (entry.kept) return entry.kept;
  Bytes bytes(entry.bytes);
  entry.file->read(entry.offset, bytes);
  auto episode = std::make_shared<Episode>(unpacked(bytes));
  episode->index = entry.index;
  return episode;
}

void Episodes::push_back(Episode episode) {
  Entry entry{.kept = nullptr, .file = nullptr, .index = episode.index, .steps = episode.steps()};
  const std::uint64_t bytes = bytes_of(episode);
  if (memory_in_use + bytes <= memory_limit) {
    entry.kept = keep(std::move(episode), bytes);
  } else {
    const Bytes content = packed(episode);
    entry.file = scratch_file();
    entry.offset = entry.file->append(content);
    entry.bytes = content.size();
  }
  entries_.push_back(std::move(entry));
}

void Episodes::append(Episodes&& more) {
  entries_.insert(entries_.end(), std::make_move_iterator(more.entries_.begin()),
                  std::make_move_iterator(more.entries_.end()));
  more = {};
}

Episodes Episodes::subset(std::span<const std::size_t> positions) const {
  Episodes chosen;
  for (const std::size_t i : positions) chosen.entries_.push_back(entries_[i]);
  return chosen;
}

void Episodes::renumber() {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    Entry& entry = entries_[i];
    if (entry.index == i) continue;
    entry.index = i;
    if (!entry.kept) continue;
    Episode changed = *entry.kept;
    changed.index = i;
    entry.kept = keep(std::move(changed), bytes_of(*entry.kept));
  }
}

}  // namespace fm
