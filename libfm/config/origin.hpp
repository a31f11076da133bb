#pragma once
// Where the value of an option is given: a place in a file, or an override.

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace fm {

/// Line and column in a text, in bytes, counted from 1.
struct TextPlace {
  int line = 1;
  int column = 1;
};

/// A file or an override.
struct Source {
  std::string name;  ///< the file as given, or "override 'train.epochs=20'"
  std::string text;  ///< a file's content; not used of an override
  bool is_file = true;
  int order = 0;  ///< sources of higher order are applied later
};

struct Origin {
  std::shared_ptr<const Source> source = {};
  TextPlace place = {};
};

/// "pendulum.yaml:12:3", with the column in characters, or "override 'train.epochs=20'".
std::string origin_words(const Origin& origin);

/// The origins of the options that are given; the others have their defaults.
class Origins {
 public:
  /// Replaces the origin that an earlier source gave the option.
  void set(const std::string& key, Origin origin) { given_[key] = std::move(origin); }

  /// The origin of an option, or of the first option given below a section; nullptr if there is none.
  const Origin* find(const std::string& key) const;

  /// The first of these keys that is given; nullptr if none is.
  const Origin* first_of(const std::vector<std::string>& keys) const;

  /// " (with sampler.steps at pendulum.yaml:5:20)": all of these keys that are given, except the first of them.
  std::string words_of_others(const std::vector<std::string>& keys) const;

  /// A message that begins with a key that is given, "policy.teacher: ...", preceded by that key's origin; other
  /// messages as they are.
  std::string located(const std::string& message) const;

 private:
  std::map<std::string, Origin> given_;
};

}  // namespace fm
