#pragma once
// Converts an options struct to JSON and back by visiting its fields.

#include "libfm/core/error.hpp"
#include "libfm/core/fields.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace fm {

class JsonWriter {
 public:
  template <class T>
  void operator()(const char* name, T& value, const char*, const Bounds& = {}) {
    if constexpr (HasFields<T>) {
      JsonWriter section;
      value.fields(section);
      json[name] = section.json;
    } else {
      json[name] = value;
    }
  }

  template <class T>
  void operator()(const char* name, std::optional<T>& value, const char*, const Bounds& = {}) {
    json[name] = value ? nlohmann::json(*value) : nlohmann::json();
  }

  nlohmann::json json = nlohmann::json::object();
};

/// A missing key keeps its default: the option is newer than the file, and its default preserves the earlier behaviour.
class JsonReader {
 public:
  JsonReader(const nlohmann::json& object, std::string where) : json_(object), where_(std::move(where)) {}

  template <class T>
  void operator()(const char* name, T& value, const char*, const Bounds& bounds = {}) {
    const std::string key = where_ + "." + name;
    if (!json_.is_object()) throw_input_error("{}: is not an object", where_);
    const auto found = json_.find(name);
    if (found == json_.end()) return;
    if constexpr (HasFields<T>) {
      JsonReader section(*found, key);
      value.fields(section);
    } else {
      try {
        found->get_to(value);
      } catch (const nlohmann::json::exception& e) {
        throw_input_error("{}: {}", key, e.what());
      }
      check(value, bounds, key);
    }
  }

  template <class T>
  void operator()(const char* name, std::optional<T>& value, const char* sentence, const Bounds& bounds = {}) {
    const auto found = json_.find(name);
    value.reset();
    if (found != json_.end() && !found->is_null()) (*this)(name, value.emplace(), sentence, bounds);
  }

 private:
  template <class T>
  static void check(const T& value, const Bounds& bounds, const std::string& key) {
    if constexpr (std::is_same_v<T, std::string>) {
      for (const std::string& name : bounds.names) {
        if (name == value) return;
      }
      if (!bounds.names.empty()) throw_input_error("{}: '{}' is not known to this version", key, value);
    } else if constexpr (std::is_arithmetic_v<T>) {
      if (!bounds.hold(value)) throw_input_error("{}: {} is out of range", key, value);
    } else if constexpr (requires { value.size(); }) {
      if (value.size() < bounds.least_items || value.size() > bounds.most_items) {
        throw_input_error("{}: has {} elements, expected {} to {}", key, value.size(), bounds.least_items,
                          bounds.most_items);
      }
      for (const auto& element : value) check(element, bounds, key);
    }
  }

  const nlohmann::json& json_;
  std::string where_;
};

/// Whether JSON text has more than so many levels: to copy it then may overflow the stack.
inline bool is_nested_deeper(std::string_view text, int levels) {
  int depth = 0, deepest = 0;
  for (const char c : text) {
    depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
    deepest = std::max(deepest, depth);
  }
  return deepest > levels;
}

template <class T>
nlohmann::json options_to_json(T options) {
  JsonWriter writer;
  options.fields(writer);
  return writer.json;
}

/// @throws InputError naming `where` and the key, for a value outside its bounds.
template <class T>
void check_options(const T& options, const std::string& where) {
  const nlohmann::json json = options_to_json(options);
  T copy;
  JsonReader reader(json, where);
  copy.fields(reader);
}

/// @param where names the source in errors
/// @throws InputError naming `where` and the key, for a value of the wrong type or outside its bounds.
template <class T>
T options_from_json(const nlohmann::json& json, const std::string& where) {
  T options;
  JsonReader reader(json, where);
  options.fields(reader);
  return options;
}

}  // namespace fm
