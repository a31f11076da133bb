// Every key of an experiment, misspelt: it must be refused at its place, and the right key suggested.

#include "libfm/config/reader.hpp"
#include "libfm/config/yaml_text.hpp"
#include "libfm/core/error.hpp"
#include "libfm/experiment/experiment.hpp"
#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace {

/// A letter left out, two neighbours swapped, a letter doubled: near the middle of the name.
std::vector<std::string> typos_of(const std::string& name) {
  const std::size_t middle = name.size() / 2;
  std::string shorter = name, swapped = name, longer = name;
  shorter.erase(middle, 1);
  for (std::size_t i = 0; swapped == name && i + 1 < name.size(); ++i) {
    const std::size_t at = (middle + i) % (name.size() - 1);
    std::swap(swapped[at], swapped[at + 1]);
  }
  longer.insert(middle, 1, name[middle]);
  return {shorter, swapped, longer};
}

/// "train: {rollout: {eevry: 25}}" for the key "train.rollout.every", and the column of the last name.
std::pair<std::string, std::size_t> nested(const std::string& section, const std::string& name,
                                           const std::string& value) {
  std::string begin, end;
  for (std::size_t from = 0; !section.empty();) {
    const std::size_t dot = section.find('.', from);
    begin += section.substr(from, dot - from) + ": {";
    end += "}";
    if (dot == section.npos) break;
    from = dot + 1;
  }
  return {begin + name + ": " + value + end, begin.size() + 1};
}

bool suggests(const std::string& error, const std::string& name) {
  const std::size_t at = error.find("(did you mean ");
  if (at == error.npos) return false;
  std::string words = error.substr(at + 14);
  std::ranges::replace_if(
      words, [](char c) { return c == ',' || c == '?' || c == ')'; }, ' ');
  return (" " + words).find(" " + name + " ") != error.npos;
}

struct TypoCount {
  int typos = 0;
  int suggested = 0;

  /// Reads `key` with its last name misspelt in each way.
  void add(const std::string& key, const std::string& value, const fm::ConfigField& root) {
    const std::size_t dot = key.rfind('.');
    const std::string section = dot == key.npos ? "" : key.substr(0, dot), name = key.substr(dot + 1);
    for (const std::string& typo : typos_of(name)) {
      const bool is_key = typo.empty() || fm::find_field(root, fm::join_key(section, typo)) != nullptr;
      if (is_key) continue;
      const auto [text, column] = nested(section, typo, value);
      fm::Experiment experiment;
      const std::string error = error_of<fm::InputError>([&] { fm::read_yaml_text(text, "x.yaml", {}, experiment); });
      CATCH_INFO(text);
      CATCH_REQUIRE(
          error.starts_with(fmt::format("x.yaml:1:{}: {}: unknown key", column, fm::join_key(section, typo))));
      ++typos;
      if (suggests(error, name)) ++suggested;
    }
  }
};

}  // namespace

CATCH_TEST_CASE("every misspelt key is refused at its place, and the right one is suggested", "[experiment]") {
  fm::Experiment experiment;
  const fm::ConfigField root = fm::describe(experiment);
  TypoCount count;
  for (const auto& [key, field] : fm::all_fields(root)) {
    count.add(key, field->shape == fm::FieldShape::section ? "{}" : fm::value_to_yaml(*field), root);
  }
  count.add("base", "x.yaml", root);
  const double share = count.suggested / static_cast<double>(count.typos);
  CATCH_WARN(fmt::format("{} misspelt keys, the right one is suggested for {} ({:.1f} %)", count.typos, count.suggested,
                         100.0 * share));
  CATCH_CHECK(count.typos > 900);
  CATCH_CHECK(share >= 0.95);
}
