#include "libfm/config/yaml_value.hpp"

#include "libfm/config/suggestion.hpp"
#include "libfm/config/yaml_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <system_error>

namespace fm {
namespace {

/// A value, or the problem with it.
struct Reading {
  std::optional<ConfigScalar> value;
  std::string problem;
};

std::string_view without_sign(std::string_view text) {
  return !text.empty() && (text[0] == '+' || text[0] == '-') ? text.substr(1) : text;
}

std::size_t count_digits(std::string_view text) { return std::min(text.find_first_not_of("0123456789"), text.size()); }

/// [-+]? (digits | digits? . digits?) ([eE] [-+]? digits)?
bool has_decimal_syntax(std::string_view text) {
  text = without_sign(text);
  std::size_t digits = count_digits(text);
  text.remove_prefix(digits);
  if (text.starts_with('.')) {
    const std::size_t decimals = count_digits(text.substr(1));
    digits += decimals;
    text.remove_prefix(decimals + 1);
  }
  if (digits == 0 || text.empty()) return digits > 0;
  if (text[0] != 'e' && text[0] != 'E') return false;
  text = without_sign(text.substr(1));
  return !text.empty() && count_digits(text) == text.size();
}

/// [-+]? digits, without leading zeros, which some readers interpret as octal.
bool has_whole_syntax(std::string_view text) {
  text = without_sign(text);
  return !text.empty() && count_digits(text) == text.size() && (text == "0" || text[0] != '0');
}

bool is_flag_text(std::string_view text) { return text == "true" || text == "false"; }

/// Whether this is not read here, but to YAML's core schema is true, false, or a number in base 8 or 16.
bool is_ambiguous(std::string_view text) {
  constexpr std::array<std::string_view, 4> flags = {"True", "TRUE", "False", "FALSE"};
  if (std::ranges::find(flags, text) != flags.end()) return true;
  const std::string_view digits = text.starts_with("0x")   ? "0123456789abcdefABCDEF"
                                  : text.starts_with("0o") ? "01234567"
                                                           : "";
  return text.size() > 2 && !digits.empty() && text.find_first_not_of(digits, 2) == text.npos;
}

std::string ambiguous_problem(const std::string& text) {
  return fmt::format("{0} is not text to every reader of YAML (in quotes it is: \"{0}\")", shortened(text));
}

Reading mismatch(const ConfigField& field, const YamlNode& node, const std::string& hint = "") {
  const bool is_element = field.shape == FieldShape::list;
  return {{},
          fmt::format("expects {}, found {}{}", is_element ? scalar_words(field.type) : type_words(field),
                      node_words(node), hint)};
}

/// `value`, or a problem that states the bounds if `number` is outside them.
Reading within_bounds(const Bounds& bounds, ConfigScalar value, long double number, const std::string& text) {
  if (bounds.hold(number)) return {std::move(value), ""};
  return {{}, fmt::format("must be {}, found {}", bounds_words(bounds), shortened(text))};
}

Reading read_number(const ConfigField& field, const YamlNode& node) {
  if (node.kind != YamlKind::plain || !has_decimal_syntax(node.text)) return mismatch(field, node);
  const std::string_view text = node.text.starts_with('+') ? std::string_view(node.text).substr(1) : node.text;
  double number = 0.0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  if (result.ec != std::errc{}) {
    return {{}, fmt::format("{} is too large or too small for a 64-bit float", shortened(node.text))};
  }
  return within_bounds(field.bounds, number, number, node.text);
}

/// A hint to write 20 for "20.0" and "2e1".
std::string whole_number_hint(std::string_view text) {
  double number = 0.5;
  if (has_decimal_syntax(text)) std::from_chars(text.data(), text.data() + text.size(), number);
  if (number != std::floor(number) || std::abs(number) > 1e15) return "";
  return fmt::format(" (write {})", static_cast<std::int64_t>(number));
}

template <class T>
Reading read_whole(const ConfigField& field, const YamlNode& node) {
  if (node.kind != YamlKind::plain) return mismatch(field, node);
  if (!has_whole_syntax(node.text)) return mismatch(field, node, whole_number_hint(node.text));
  const bool has_idle_sign = node.text.starts_with('+') || node.text == "-0";
  const std::string_view text = std::string_view(node.text).substr(has_idle_sign ? 1 : 0);
  T number = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  if (result.ec != std::errc{}) {
    return {{},
            fmt::format("{} is outside the range of whole numbers, {} to {}", shortened(node.text),
                        std::numeric_limits<T>::min(), std::numeric_limits<T>::max())};
  }
  return within_bounds(field.bounds, static_cast<Stored<T>>(number), static_cast<long double>(number), node.text);
}

Reading read_flag(const ConfigField& field, const YamlNode& node) {
  if (node.kind != YamlKind::plain || !is_flag_text(node.text)) return mismatch(field, node);
  return {node.text == "true", ""};
}

Reading read_text(const ConfigField& field, const YamlNode& node) {
  const bool is_other = is_number_text(node.text) || is_flag_text(node.text);
  if (node.kind == YamlKind::plain && is_other) {
    return mismatch(field, node, fmt::format(" (in quotes it is text: \"{}\")", shortened(node.text)));
  }
  if (node.kind != YamlKind::plain && node.kind != YamlKind::quoted) return mismatch(field, node);
  if (node.kind == YamlKind::plain && is_ambiguous(node.text)) {
    return {{}, ambiguous_problem(node.text)};
  }
  if (node.text.find('\0') != node.text.npos) return {{}, "text cannot contain a NUL character"};
  const auto& names = field.bounds.names;
  if (names.empty() || std::ranges::find(names, node.text) != names.end()) return {node.text, ""};
  return {{},
          fmt::format("'{}' is not one of {}{}", shortened(node.text), fmt::join(names, ", "),
                      suggest_name(node.text, names))};
}

Reading read_scalar(const ConfigField& field, const YamlNode& node) {
  switch (field.type) {
    case ScalarType::boolean:
      return read_flag(field, node);
    case ScalarType::int32:
      return read_whole<std::int32_t>(field, node);
    case ScalarType::int64:
      return read_whole<std::int64_t>(field, node);
    case ScalarType::uint64:
      return read_whole<std::uint64_t>(field, node);
    case ScalarType::number:
      return read_number(field, node);
    case ScalarType::text:
      break;
  }
  return read_text(field, node);
}

using Values = std::optional<std::vector<ConfigScalar>>;

Values read_one(const ConfigField& field, const YamlNode& node, const std::string& key, Problems& problems) {
  if (node.kind == YamlKind::refused) return std::nullopt;
  const Reading reading = read_scalar(field, node);
  if (reading.value) return std::vector{*reading.value};
  problems.add(node.place, key, reading.problem);
  return std::nullopt;
}

Values read_list(const ConfigField& field, const YamlNode& node, const std::string& key, Problems& problems) {
  if (node.kind != YamlKind::list) {
    const bool is_scalar = node.kind == YamlKind::plain || node.kind == YamlKind::quoted;
    const std::string hint = is_scalar ? fmt::format(" (write [{}])", shortened(node_to_yaml(node))) : "";
    problems.add(node.place, key, fmt::format("expects {}, found {}{}", type_words(field), node_words(node), hint));
    return std::nullopt;
  }
  std::vector<ConfigScalar> values;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Values value = read_one(field, node.items[i], fmt::format("{}[{}]", key, i), problems);
    if (value) values.push_back(value->front());
  }
  if (values.size() != node.items.size()) return std::nullopt;
  const auto& [least, most] = std::pair(field.bounds.least_items, field.bounds.most_items);
  if (values.size() >= least && values.size() <= most) return values;
  problems.add(node.place, key, fmt::format("needs {} to {} elements, found {}", least, most, values.size()));
  return std::nullopt;
}

}  // namespace

Values read_values(const ConfigField& field, const YamlNode& node, const std::string& key, Problems& problems) {
  if (node.kind == YamlKind::refused) return std::nullopt;
  if (field.shape == FieldShape::list) return read_list(field, node, key, problems);
  if (field.shape == FieldShape::optional && node.kind == YamlKind::null) return std::vector<ConfigScalar>{};
  return read_one(field, node, key, problems);
}

bool is_number_text(std::string_view text) {
  if (has_decimal_syntax(text)) return true;
  std::string lower(without_sign(text));
  std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  return lower == ".inf" || lower == ".nan";
}

nlohmann::json node_to_json(const YamlNode& node, const std::string& key, Problems& problems) {
  if (node.kind == YamlKind::list || node.kind == YamlKind::map) {
    const bool is_list = node.kind == YamlKind::list;
    auto json = is_list ? nlohmann::json::array() : nlohmann::json::object();
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      const std::string path = is_list ? fmt::format("{}[{}]", key, i) : join_key(key, shortened(node.keys[i].text));
      nlohmann::json item = node_to_json(node.items[i], path, problems);
      if (is_list) {
        json.push_back(std::move(item));
      } else {
        json[node.keys[i].text] = std::move(item);
      }
    }
    return json;
  }
  if (node.kind == YamlKind::null || node.kind == YamlKind::refused) return nullptr;
  if (node.kind == YamlKind::plain && is_flag_text(node.text)) return node.text == "true";
  if (node.kind == YamlKind::plain && is_ambiguous(node.text)) {
    problems.add(node.place, key, ambiguous_problem(node.text));
    return nullptr;
  }
  if (node.kind != YamlKind::plain || !is_number_text(node.text)) return node.text;
  std::int64_t whole = 0;
  const std::string_view text = node.text.starts_with('+') ? std::string_view(node.text).substr(1) : node.text;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
  if (error == std::errc() && end == text.data() + text.size()) return whole;
  const double number =
      has_decimal_syntax(node.text) ? std::strtod(node.text.c_str(), nullptr) : std::numeric_limits<double>::infinity();
  if (!std::isfinite(number)) problems.add(node.place, key, fmt::format("{} is not finite", node.text));
  return number;
}

std::string node_words(const YamlNode& node) {
  switch (node.kind) {
    case YamlKind::null:
      return "null";
    case YamlKind::list:
      return "a list";
    case YamlKind::map:
      return "a section";
    case YamlKind::plain:
      if (is_flag_text(node.text)) return node.text;
      if (is_number_text(node.text)) return "the number " + shortened(node.text);
      break;
    default:
      break;
  }
  return fmt::format("text \"{}\"", shortened(node.text));
}

std::string node_to_yaml(const YamlNode& node) {
  if (node.kind == YamlKind::null) return "null";
  std::string text;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const std::string name = node.kind == YamlKind::map ? text_to_yaml(node.keys[i].text) + ": " : "";
    text += (text.empty() ? "" : ", ") + name + node_to_yaml(node.items[i]);
  }
  if (node.kind == YamlKind::list) return fmt::format("[{}]", text);
  if (node.kind == YamlKind::map) return fmt::format("{{{}}}", text);
  const bool is_other = is_number_text(node.text) || is_flag_text(node.text);
  return node.kind == YamlKind::plain && is_other ? node.text : text_to_yaml(node.text);
}

}  // namespace fm
