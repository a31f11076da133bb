#include "libfm/study/table.hpp"

#include "tests/catch.hpp"

CATCH_TEST_CASE("a table in every format, with its special characters", "[table]") {
  const fm::Table table{{"name", "value"}, {{"a|b", "1"}, {"x_y, \"z\"", "20"}}};
  CATCH_CHECK(format_table(table, fm::TableFormat::text) ==
              "name      value\n"
              "a|b           1\n"
              "x_y, \"z\"     20\n");
  CATCH_CHECK(format_table(table, fm::TableFormat::markdown) ==
              "| name     | value |\n"
              "| --- | ---: |\n"
              "| a\\|b     |     1 |\n"
              "| x_y, \"z\" |    20 |\n");
  CATCH_CHECK(format_table(table, fm::TableFormat::csv) ==
              "name,value\n"
              "a|b,1\n"
              "\"x_y, \"\"z\"\"\",20\n");
  CATCH_CHECK(format_table(table, fm::TableFormat::latex) ==
              "\\begin{tabular}{lr}\n"
              "  name & value \\\\\n"
              "  \\hline\n"
              "  a|b & 1 \\\\\n"
              "  x\\_y, \"z\" & 20 \\\\\n"
              "\\end{tabular}\n");
}

CATCH_TEST_CASE("columns without any value are left out", "[table]") {
  fm::Table table{{"a", "b", "c"}, {{"1", "", ""}, {"2", "", "3"}}};
  table.drop_empty_columns();
  CATCH_CHECK(table.head == std::vector<std::string>{"a", "c"});
  CATCH_CHECK(table.rows[1] == std::vector<std::string>{"2", "3"});
}
