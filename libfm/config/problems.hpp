#pragma once
// Collects the problems of a configuration, so that all of them are reported at once, one line each:
//
//   pendulum.yaml:12:3: train.epoch: unknown key (did you mean epochs?)
//   override 'sampler.steps=0': sampler.steps: must be between 1 and 10000, found 0

#include "libfm/config/origin.hpp"

#include <memory>
#include <string>
#include <vector>

namespace fm {

class Problems {
 public:
  /// Problems added from here on are attributed to this source.
  void begin(std::shared_ptr<const Source> source) { source_ = std::move(source); }

  /// A place in the current source.
  Origin at(TextPlace place) const { return {source_, place}; }

  /// @param key dotted key path; empty for a problem of the text as a whole
  void add(TextPlace place, const std::string& key, const std::string& problem) { add(at(place), key, problem); }

  /// As above, in any source; an origin without a source stands for the defaults.
  void add(const Origin& origin, const std::string& key, const std::string& problem);

  /// Says that a source could not be read, so that no option's value is known.
  void fail_all() { failed_.emplace_back(); }

  /// Whether a problem concerns this option, a section around it or one of the options below it.
  bool concern(const std::string& key) const;

  /// Whether the limit of reported problems is reached: further ones are only counted, so suggestions are not needed.
  bool full() const;

  /// @throws InputError listing all problems in the order of the sources and their texts, if there are any.
  void throw_if_any() const;

 private:
  struct Line {
    Origin origin;
    std::string text;
  };
  std::shared_ptr<const Source> source_;
  int left_out_ = 0;
  std::vector<Line> lines_;
  std::vector<std::string> failed_;  ///< keys, without the index of an element
};

}  // namespace fm
