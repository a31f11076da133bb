#pragma once
// Collects the problems of a configuration, so that all of them are reported at once, one line each:
//
//   pendulum.yaml:12:3: train.epoch: unknown key (did you mean epochs?)
//   override 'sampler.steps=0': sampler.steps: must be between 1 and 10000, found 0

#include <string>
#include <string_view>
#include <vector>

namespace fm {

/// Line and column in a text, in bytes, counted from 1.
struct TextPlace {
  int line = 1;
  int column = 1;
};

class Problems {
 public:
  /// Problems added from here on are attributed to this file, with line and column (in characters).
  /// @param text the file's content, which must outlive the last call of add()
  void begin_file(const std::string& file, std::string_view text);
  /// Problems added from here on are attributed to this override.
  void begin_override(const std::string& override_text);

  /// @param key dotted key path; empty for a problem of the text as a whole
  void add(TextPlace place, const std::string& key, const std::string& problem);

  /// Whether the limit of reported problems is reached: further ones are only counted, so suggestions are not needed.
  bool full() const;

  /// @throws InputError listing all problems in the order of the text, if there are any.
  void throw_if_any() const;

 private:
  struct Line {
    int source;
    TextPlace place;
    std::string text;
  };
  std::string prefix_;
  std::string_view text_;
  bool is_file_ = false;
  int source_ = 0;
  int left_out_ = 0;
  std::vector<Line> lines_;
};

}  // namespace fm
