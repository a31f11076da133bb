#pragma once
// A table of texts, for the terminal, Markdown, CSV or LaTeX.

#include <string>
#include <vector>

namespace fm {

struct Table {
  std::vector<std::string> head;
  std::vector<std::vector<std::string>> rows;  ///< as many cells as the head has

  /// Leaves out the columns that are empty in every row.
  void drop_empty_columns();
};

enum class TableFormat { text, markdown, csv, latex };

/// The table with a line for each row. Text and Markdown are aligned; numbers keep their digits.
std::string format_table(const Table& table, TableFormat format);

}  // namespace fm
