#include "libfm/core/registry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>
#include <utility>

namespace fm {
namespace {

Registry& installed() {
  static Registry registry;
  return registry;
}

bool is_word(const std::string& name) {
  const auto fits = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; };
  return !name.empty() && std::isalpha(static_cast<unsigned char>(name.front())) != 0 &&
         std::ranges::all_of(name, fits);
}

}  // namespace

void Registry::add(Kind kind, const std::string& name, Entry entry) {
  if (!is_word(name))
    throw std::invalid_argument(fmt::format("registry: '{}' is not a word of letters, digits and _", name));
  if (!entries_[kind].emplace(name, std::move(entry)).second) {
    throw std::invalid_argument(fmt::format("registry: '{}' is there already", name));
  }
}

const Registry::Entries& Registry::of(Kind kind) const {
  static const Entries none;
  const auto found = entries_.find(kind);
  return found == entries_.end() ? none : found->second;
}

Registry::Options Registry::options(Kind kind) const {
  Options options;
  for (const auto& [name, entry] : of(kind)) options.emplace(name, entry.defaults);
  return options;
}

const Registry& Registry::current() { return installed(); }

void Registry::install(Registry registry) { installed() = std::move(registry); }

}  // namespace fm
