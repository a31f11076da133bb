#include "libfm/data/minari_space.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/json_options.hpp"

#include <limits>

namespace fm {
namespace {

using Json = nlohmann::ordered_json;

constexpr int deepest = 32;  ///< of JSON
constexpr double infinity = std::numeric_limits<double>::infinity();

std::string joined(const std::string& begin, const std::string& end, const char* separator) {
  return begin.empty() ? end : begin + separator + end;
}

/// The sizes in a list, or a single one. None is negative.
std::vector<std::uint64_t> sizes_of(const Json& value) {
  std::vector<std::uint64_t> sizes;
  for (const Json& size : value.is_array() ? value : Json::array({value})) {
    if (!size.is_number_unsigned()) throw_input_error("the size {} is not a whole number from 0 on", size.dump());
    sizes.push_back(size.get<std::uint64_t>());
  }
  return sizes;
}

/// "NAME", "NAME 3", "NAME 0 1": the indices of all entries of an array of this shape.
std::vector<std::string> indexed_names(const std::string& name, const std::vector<std::uint64_t>& shape) {
  std::vector<std::string> names = {name};
  for (const std::uint64_t size : shape) {
    std::vector<std::string> longer;
    for (const std::string& begin : names) {
      for (std::uint64_t i = 0; i < size; ++i) longer.push_back(joined(begin, std::to_string(i), " "));
    }
    names = std::move(longer);
  }
  return names;
}

/// The numbers in nested lists, or a single one for all `count` of them; null is `if_null`.
std::vector<double> bounds_of(const Json& value, std::size_t count, double if_null) {
  std::vector<double> numbers;
  const auto add = [&](const auto& self, const Json& part) -> void {
    if (part.is_array()) {
      for (const Json& each : part) self(self, each);
    } else {
      numbers.push_back(part.is_null() ? if_null : part.get<double>());
    }
  };
  add(add, value);
  if (numbers.size() == 1) numbers.resize(count, numbers.front());
  if (numbers.size() != count) throw InputError("a Box has another number of bounds than entries");
  return numbers;
}

RecordedArray refused(const std::string& key, const std::string& problem) {
  return {.key = key, .columns = {}, .problem = problem};
}

RecordedArray box(const Json& space, const std::string& key, const std::string& name) {
  RecordedArray array = box_array(key, name, sizes_of(space.at("shape")));
  if (!array.problem.empty()) return array;
  const auto low = bounds_of(space.at("low"), array.columns.size(), -infinity),
             high = bounds_of(space.at("high"), array.columns.size(), infinity);
  for (std::size_t j = 0; j < array.columns.size(); ++j) {
    array.columns[j].low = low[j];
    array.columns[j].high = high[j];
  }
  return array;
}

RecordedArray multi_binary(const Json& space, const std::string& key, const std::string& name) {
  RecordedArray array = box_array(key, name, sizes_of(space.at("n")));
  for (Dimension& d : array.columns) {
    d.low = 0.0;
    d.high = 1.0;
  }
  return array;
}

void add_arrays(const Json& space, const std::string& key, const std::string& name, std::vector<RecordedArray>& to) {
  const std::string type = space.at("type");
  if (type == "Dict") {
    for (const auto& [part, subspace] : space.at("subspaces").items()) {
      add_arrays(subspace, joined(key, part, "/"), joined(name, part, " "), to);
    }
  } else if (type == "Tuple") {
    std::size_t i = 0;
    for (const Json& subspace : space.at("subspaces")) {
      add_arrays(subspace, joined(key, fmt::format("_index_{}", i), "/"), joined(name, std::to_string(i), " "), to);
      ++i;
    }
  } else if (type == "Box") {
    to.push_back(box(space, key, name));
  } else if (type == "MultiBinary") {
    to.push_back(multi_binary(space, key, name));
  } else {
    to.push_back(refused(key, fmt::format("is a {} space; only Box, MultiBinary, and Dict and Tuple of them are "
                                          "supported: choose other arrays",
                                          type)));
  }
}

}  // namespace

RecordedArray box_array(const std::string& key, const std::string& name, const std::vector<std::uint64_t>& shape) {
  if (const std::string problem = shape_problem(shape); !problem.empty()) return refused(key, problem);
  RecordedArray array{.key = key, .columns = {}};
  for (const std::string& each : indexed_names(name, shape)) array.columns.push_back({each, "", -infinity, infinity});
  return array;
}

Json parse_python_json(const std::string& text, const std::string& where) {
  if (is_nested_deeper(text, deepest)) throw_input_error("{}: its JSON is nested too deeply", where);
  std::string plain;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto is_next = [&](std::string_view word) { return !in_string && text.compare(i, word.size(), word) == 0; };
    if (c == '\\' && in_string && i + 1 < text.size()) {
      plain += c;
      plain += text[++i];
      continue;
    }
    if (c == '"') in_string = !in_string;
    bool replaced = false;
    for (const std::string_view word : {"-Infinity", "Infinity", "NaN"}) {
      if (replaced || !is_next(word)) continue;
      plain += "null";
      i += word.size() - 1;
      replaced = true;
    }
    if (!replaced) plain += c;
  }
  try {
    return Json::parse(plain);
  } catch (const nlohmann::json::exception& e) {
    throw_input_error("{}: is not valid JSON: {}", where, e.what());
  }
}

std::vector<RecordedArray> arrays_of_space(const Json& space, const std::string& key, const std::string& name,
                                           const std::string& where) {
  std::vector<RecordedArray> arrays;
  try {
    add_arrays(space, key, name, arrays);
  } catch (const nlohmann::json::exception& e) {
    throw_input_error("{}: is not a space of Gymnasium: {}", where, e.what());
  } catch (const InputError& e) {
    throw_input_error("{}: is not a space of Gymnasium: {}", where, e.what());
  }
  return arrays;
}

std::string box_to_json(const std::vector<Dimension>& dimensions, const std::string& dtype) {
  const auto list = [&](double Dimension::*bound) {
    std::vector<std::string> words;
    for (const Dimension& d : dimensions) {
      const double x = d.*bound;
      words.push_back(std::isfinite(x) ? Json(x).dump() : x < 0 ? "-Infinity" : "Infinity");
    }
    return fmt::format("[{}]", fmt::join(words, ", "));
  };
  return fmt::format(R"({{"type": "Box", "dtype": "{}", "shape": [{}], "low": {}, "high": {}}})", dtype,
                     dimensions.size(), list(&Dimension::low), list(&Dimension::high));
}

}  // namespace fm
