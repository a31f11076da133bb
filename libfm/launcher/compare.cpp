// fm compare DIR...: what differs between runs or sweeps, and between their results.

#include "libfm/core/printable.hpp"
#include "libfm/launcher/commands.hpp"
#include "libfm/study/study_table.hpp"

#include <fmt/core.h>

#include <memory>

namespace fm {

void add_compare(CLI::App& app) {
  CLI::App* command = app.add_subcommand("compare", "compare runs: what differs, and their results side by side");
  auto directories = std::make_shared<std::vector<std::string>>();
  command
      ->add_option("DIR", *directories,
                   "run directories, sweeps, or folders that contain them; the first is the "
                   "one that others are compared with")
      ->required();
  auto format = std::make_shared<TableFormat>(TableFormat::text);
  const auto add_format = [&](const char* flag, TableFormat value, const char* what) {
    command->add_flag_callback(
        flag, [format, value] { *format = value; }, what);
  };
  add_format("--markdown", TableFormat::markdown, "print Markdown");
  add_format("--csv", TableFormat::csv, "print CSV, with means and ends of intervals in columns of their own");
  add_format("--latex", TableFormat::latex, "print a LaTeX tabular");
  command->footer("Example: fm compare runs/pendulum/*_s0_* --markdown");
  command->callback([directories, format] {
    const std::string text = study_text(read_study({directories->begin(), directories->end()}), *format);
    fmt::print("{}", *format == TableFormat::text ? printable(text) : text);
  });
}

}  // namespace fm
