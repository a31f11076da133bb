#include "libfm/study/table.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fm {
namespace {

using Row = std::vector<std::string>;

std::string csv_cell(const std::string& cell) {
  if (cell.find_first_of(",\"\n\r") == std::string::npos) return cell;
  std::string quoted;
  for (const char c : cell) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return fmt::format("\"{}\"", quoted);
}

std::string markdown_cell(const std::string& cell) {
  std::string text;
  for (const char c : cell) {
    if (c == '|') text += '\\';
    text += c;
  }
  return text;
}

std::string latex_cell(const std::string& cell) {
  std::string text;
  if (cell.starts_with('[') || cell.starts_with('*')) text = "{}";  // else an argument of the line end before it
  for (const char c : cell) {
    if (c == '\\') {
      text += "\\textbackslash{}";
    } else if (c == '~' || c == '^') {
      text += fmt::format("\\{}{{}}", c);
    } else {
      if (std::string_view("_%&#${}").find(c) != std::string_view::npos) text += '\\';
      text += c;
    }
  }
  return text;
}

template <class Change>
Table changed(const Table& table, const Change& change) {
  Table result = table;
  for (std::string& cell : result.head) cell = change(cell);
  for (Row& row : result.rows) {
    for (std::string& cell : row) cell = change(cell);
  }
  return result;
}

std::string joined(const Row& row, const std::string& before, const std::string& between, const std::string& behind) {
  return before + fmt::format("{}", fmt::join(row, between)) + behind + "\n";
}

/// All cells of a column padded to the same width: the first column to the left, the others to the right.
Table aligned(const Table& table) {
  Table result = table;
  for (std::size_t j = 0; j < table.head.size(); ++j) {
    std::size_t width = table.head[j].size();
    for (const Row& row : table.rows) width = std::max(width, row[j].size());
    const auto pad = [&](std::string& cell) {
      cell = j == 0 ? fmt::format("{:<{}}", cell, width) : fmt::format("{:>{}}", cell, width);
    };
    pad(result.head[j]);
    for (Row& row : result.rows) pad(row[j]);
  }
  return result;
}

std::string lines(const Table& table, const std::string& before, const std::string& between, const std::string& behind,
                  const std::string& below_head) {
  std::string text = joined(table.head, before, between, behind) + below_head;
  for (const Row& row : table.rows) text += joined(row, before, between, behind);
  return text;
}

std::string markdown(const Table& table) {
  Row rule;
  for (std::size_t j = 0; j < table.head.size(); ++j) rule.emplace_back(j == 0 ? "---" : "---:");
  return lines(aligned(changed(table, markdown_cell)), "| ", " | ", " |", joined(rule, "| ", " | ", " |"));
}

std::string latex(const Table& table) {
  return fmt::format("\\begin{{tabular}}{{l{}}}\n", std::string(table.head.size() - 1, 'r')) +
         lines(changed(table, latex_cell), "  ", " & ", " \\\\", "  \\hline\n") + "\\end{tabular}\n";
}

}  // namespace

void Table::drop_empty_columns() {
  for (std::size_t j = head.size(); j-- > 0;) {
    if (!std::ranges::all_of(rows, [&](const Row& row) { return row[j].empty(); })) continue;
    const auto column = static_cast<std::ptrdiff_t>(j);
    head.erase(head.begin() + column);
    for (Row& row : rows) row.erase(row.begin() + column);
  }
}

std::string format_table(const Table& table, TableFormat format) {
  switch (format) {
    case TableFormat::markdown:
      return markdown(table);
    case TableFormat::csv:
      return lines(changed(table, csv_cell), "", ",", "", "");
    case TableFormat::latex:
      return latex(table);
    default:
      return lines(aligned(table), "", "  ", "", "");
  }
}

}  // namespace fm
