#pragma once
// Tables of variants by name: literal arrays of structs that have a `name`. The list of names, the lookup and the check
// that nothing is missing come from the table.

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fm {

/// The row of that name, or null.
template <class Row, std::size_t n>
const Row* find_row(const Row (&table)[n], std::string_view name) {
  const auto found = std::ranges::find_if(table, [&](const Row& row) { return name == row.name; });
  return found == std::end(table) ? nullptr : &*found;
}

template <class Row, std::size_t n>
std::vector<std::string> names_in(const Row (&table)[n]) {
  std::vector<std::string> names;
  for (const Row& row : table) names.emplace_back(row.name);
  return names;
}

template <std::size_t n>
std::vector<std::string> names_in(const std::string_view (&list)[n]) {
  return {std::begin(list), std::end(list)};
}

/// Whether the table has a row for each name, in this order: for a static_assert where the list of names stands in a
/// folder that cannot see what the rows are made of.
template <class Row, std::size_t n, std::size_t m>
constexpr bool has_rows_for(const Row (&table)[n], const std::string_view (&names)[m]) {
  return std::ranges::equal(table, names, [](const Row& row, std::string_view name) { return name == row.name; });
}

}  // namespace fm
