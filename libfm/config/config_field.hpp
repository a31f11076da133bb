#pragma once
// A description of an options struct, made by one visit of its fields. Reading, printing, the JSON Schema and the
// reference are ordinary functions of this description.

#include "libfm/config/setting_grid.hpp"
#include "libfm/core/fields.hpp"
#include "libfm/core/free_mapping.hpp"

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace fm {

enum class ScalarType { boolean, int32, int64, uint64, number, text };
using ConfigScalar = std::variant<bool, std::int64_t, std::uint64_t, double, std::string>;

enum class FieldShape { scalar, list, optional, grid, mapping, section };

/// One field of an options struct, bound to the described instance.
struct ConfigField {
  std::string name = {};
  std::string sentence = {};
  Bounds bounds = {};
  FieldShape shape = FieldShape::section;
  ScalarType type = ScalarType::text;
  std::function<std::vector<ConfigScalar>()> get = {};  ///< the scalars: one, a list's elements, an optional's 0 or 1
  std::function<void(const std::vector<ConfigScalar>&)> set = {};  ///< takes what `get` returns
  SettingGrid* grid = nullptr;                                     ///< only for a grid
  FreeMapping* mapping = nullptr;                                  ///< only for a mapping
  std::vector<ConfigField> fields = {};                            ///< only for a section
};

/// A field with its dotted key relative to the described struct: "train.rollout.steps".
struct KeyedField {
  std::string key;
  const ConfigField* field;
};

/// Every field below `root` in depth-first visiting order; a section precedes its own fields.
std::vector<KeyedField> all_fields(const ConfigField& root);

/// The field with this dotted key, or nullptr.
const ConfigField* find_field(const ConfigField& root, std::string_view key);

/// Whether a grid may vary this option: a single value, a list or an optional that its bounds allow.
bool grid_may_vary(const ConfigField& grid, const std::string& key, const ConfigField& option);

/// The type of a field for messages: "a whole number", "a list of numbers", "text or null" ...
std::string type_words(const ConfigField& field);

/// The type of a single value for messages: "a whole number".
std::string scalar_words(ScalarType type);

/// "between 1 and 10", "above 0", "at least 0 and below 1"; empty where every number is allowed.
std::string bounds_words(const Bounds& bounds);

/// Whether `key` is `section` itself or below it.
bool is_within(const std::string& key, const std::string& section);

/// Joins "train" and "epochs" to "train.epochs"; an empty section stands for the root.
std::string join_key(const std::string& section, const std::string& name);

template <class T>
constexpr ScalarType scalar_type() {
  if constexpr (std::same_as<T, bool>) {
    return ScalarType::boolean;
  } else if constexpr (std::same_as<T, std::int32_t>) {
    return ScalarType::int32;
  } else if constexpr (std::same_as<T, std::int64_t>) {
    return ScalarType::int64;
  } else if constexpr (std::same_as<T, std::uint64_t>) {
    return ScalarType::uint64;
  } else if constexpr (std::same_as<T, double>) {
    return ScalarType::number;
  } else {
    static_assert(std::same_as<T, std::string>, "an option of this type cannot be written in YAML");
    return ScalarType::text;
  }
}

/// The alternative of ConfigScalar that holds a T.
template <class T>
using Stored = std::conditional_t<std::same_as<T, std::int32_t>, std::int64_t, T>;

class Describer {
 public:
  template <class T>
  void operator()(std::string name, T& value, std::string sentence, Bounds bounds = {}) {
    ConfigField field{.name = std::move(name), .sentence = std::move(sentence), .bounds = std::move(bounds)};
    bind(field, value);
    if (field.type == ScalarType::uint64) field.bounds.low = std::max(field.bounds.low, 0.0);
    fields.push_back(std::move(field));
  }

  std::vector<ConfigField> fields;

 private:
  template <HasFields T>
  static void bind(ConfigField& field, T& value) {
    Describer section;
    value.fields(section);
    field.fields = std::move(section.fields);
  }

  static void bind(ConfigField& field, SettingGrid& value) {
    field.shape = FieldShape::grid;
    field.grid = &value;
  }

  static void bind(ConfigField& field, FreeMapping& value) {
    field.shape = FieldShape::mapping;
    field.mapping = &value;
  }

  template <class T>
  static void bind(ConfigField& field, T& value) {
    field.shape = FieldShape::scalar;
    field.type = scalar_type<T>();
    field.get = [&value] { return std::vector{ConfigScalar(static_cast<Stored<T>>(value))}; };
    field.set = [&value](const std::vector<ConfigScalar>& scalars) {
      value = static_cast<T>(std::get<Stored<T>>(scalars.front()));
    };
  }

  template <class T>
  static void bind(ConfigField& field, std::vector<T>& value) {
    field.shape = FieldShape::list;
    field.type = scalar_type<T>();
    field.get = [&value] {
      std::vector<ConfigScalar> scalars;
      for (const T& element : value) scalars.emplace_back(static_cast<Stored<T>>(element));
      return scalars;
    };
    field.set = [&value](const std::vector<ConfigScalar>& scalars) {
      value.clear();
      for (const ConfigScalar& scalar : scalars) value.push_back(static_cast<T>(std::get<Stored<T>>(scalar)));
    };
  }

  template <class T>
  static void bind(ConfigField& field, std::optional<T>& value) {
    field.shape = FieldShape::optional;
    field.type = scalar_type<T>();
    field.get = [&value] {
      return value ? std::vector{ConfigScalar(static_cast<Stored<T>>(*value))} : std::vector<ConfigScalar>{};
    };
    field.set = [&value](const std::vector<ConfigScalar>& scalars) {
      value.reset();
      if (!scalars.empty()) value = static_cast<T>(std::get<Stored<T>>(scalars.front()));
    };
  }
};

/// Describes `options`, which must outlive the description. The root is a section without a name.
template <HasFields T>
ConfigField describe(T& options) {
  Describer describer;
  options.fields(describer);
  ConfigField root;
  root.fields = std::move(describer.fields);
  return root;
}

}  // namespace fm
