// fm list [RUNS]: the runs and sweeps that there are.

#include "libfm/core/printable.hpp"
#include "libfm/launcher/commands.hpp"
#include "libfm/study/run_list.hpp"

#include <fmt/core.h>

#include <memory>

namespace fm {

void add_list(CLI::App& app) {
  CLI::App* command = app.add_subcommand("list", "list runs and sweeps: when, state, return, gap, size");
  auto runs = std::make_shared<std::string>(Experiment().runs);
  command->add_option("RUNS", *runs, "the folder with the runs of all experiments")->capture_default_str();
  auto csv = std::make_shared<bool>(false);
  command->add_flag("--csv", *csv, "print CSV");
  command->footer("Example: fm list runs");
  command->callback([runs, csv] {
    fmt::print("{}", printable(format_table(list_runs(*runs), *csv ? TableFormat::csv : TableFormat::text)));
  });
}

}  // namespace fm
