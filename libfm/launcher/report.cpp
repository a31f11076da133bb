// fm report DIR...: a report over runs and sweeps.

#include "libfm/study/report.hpp"

#include "libfm/core/error.hpp"
#include "libfm/experiment/figures.hpp"
#include "libfm/launcher/commands.hpp"
#include "libfm/launcher/print_result.hpp"
#include "libfm/study/study_table.hpp"
#include "libfm/study/tidy_tables.hpp"

#include <memory>

namespace fm {
namespace {

void report_over(const std::vector<std::filesystem::path>& directories, const std::filesystem::path& out) {
  if (out.empty() && directories.size() > 1) {
    throw InputError("give --out FILE.html, where the report over several directories goes");
  }
  const auto& first = directories.front();
  if (out.empty() && std::filesystem::exists(first / "config.yaml")) {
    draw_figures(first);
    return print_result("", std::filesystem::absolute(first / "report.html").lexically_normal());
  }
  const auto file = std::filesystem::absolute(out.empty() ? first / "report.html" : out).lexically_normal();
  const Study study = write_report(directories, file);
  print_result(study_text(study, TableFormat::text), file);
}

}  // namespace

void add_report(CLI::App& app) {
  CLI::App* command = app.add_subcommand("report", "draw a report over runs and sweeps, grouped by configuration");
  auto directories = std::make_shared<std::vector<std::string>>();
  command->add_option("DIR", *directories, "run directories, sweeps, or folders that contain them")->required();
  auto out = std::make_shared<std::string>();
  command->add_option("--out", *out, "the file (default, for a single directory: report.html in it)");
  auto tables = std::make_shared<std::string>();
  command->add_option("--csv", *tables,
                      "write only tidy tables into this folder: runs.csv, metrics.csv, curves.csv, joined by `run`");
  command->footer(
      "Examples: fm report runs/pendulum --out pendulum.html\n"
      "          fm report runs/pendulum --csv tables");
  command->callback([=] {
    const std::vector<std::filesystem::path> paths{directories->begin(), directories->end()};
    if (tables->empty()) return report_over(paths, *out);
    const Study study = read_study(paths);
    write_tidy_tables(study, *tables);
    print_result("", std::filesystem::absolute(*tables).lexically_normal());
  });
}

}  // namespace fm
