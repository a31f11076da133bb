#pragma once
// Fills an options struct from YAML and KEY=VALUE overrides. Reading is strict: unknown keys, wrong types, values out
// of range and duplicate keys are all reported in one pass. Fields that are not given keep their values.

#include "libfm/config/config_field.hpp"

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fm {

/// A problem between several options, shown at one of them.
struct OptionProblem {
  std::string key;
  std::string problem;
};

/// Finds problems between options, once each of them is right.
using OptionCheck = std::function<std::vector<OptionProblem>()>;

/// Reads `file`, then applies the overrides in order: `train.epochs=20`, `network.mlp.hidden=[64, 64]`,
/// `train.init=null`. The options may be partly filled if this throws.
/// @throws InputError with one line for each problem; MachineError if reading the file fails
void fill_from_file(const ConfigField& root, const std::filesystem::path& file, std::span<const std::string> overrides,
                    const OptionCheck& check = {});

/// As fill_from_file, with `text` as the content; `name` is the file name shown in errors.
void fill_from_text(const ConfigField& root, std::string_view text, const std::string& name,
                    std::span<const std::string> overrides, const OptionCheck& check = {});

/// Applies the overrides only.
void fill_from_overrides(const ConfigField& root, std::span<const std::string> overrides,
                         const OptionCheck& check = {});

template <class T>
using CheckOf = std::function<std::vector<OptionProblem>(const T&)>;

/// A check of these options, which must outlive it; empty if `check` is.
template <class T>
OptionCheck bind_check(const CheckOf<T>& check, const T& options) {
  return check ? OptionCheck([&] { return check(options); }) : OptionCheck();
}

/// As fill_from_file; `options` are unchanged if this throws. So for the two functions below.
template <HasFields T>
void read_yaml(const std::filesystem::path& file, std::span<const std::string> overrides, T& options,
               const CheckOf<T>& check = {}) {
  T result = options;
  fill_from_file(describe(result), file, overrides, bind_check(check, result));
  options = std::move(result);
}

template <HasFields T>
void read_yaml_text(std::string_view text, const std::string& name, std::span<const std::string> overrides,
                    T& options) {
  T result = options;
  fill_from_text(describe(result), text, name, overrides);
  options = std::move(result);
}

template <HasFields T>
void apply_overrides(T& options, std::span<const std::string> overrides, const CheckOf<T>& check = {}) {
  T result = options;
  fill_from_overrides(describe(result), overrides, bind_check(check, result));
  options = std::move(result);
}

}  // namespace fm
