// fm test [EXPERIMENT]: the whole pipeline, shrunk to under a minute: a self-check of this machine.

#include "libfm/core/error.hpp"
#include "libfm/experiment/self_check.hpp"
#include "libfm/experiment/stages.hpp"
#include "libfm/launcher/commands.hpp"
#include "libfm/launcher/print_result.hpp"

#include <memory>

namespace fm {

void add_test(CLI::App& app) {
  CLI::App* command = app.add_subcommand("test", "run the whole pipeline at small size, as a check of this machine");
  auto arguments = std::make_shared<ExperimentArguments>();
  arguments->add_to(*command, /*file_is_required=*/false);
  command->callback([arguments] {
    const auto experiment = arguments->read("run the whole pipeline at small size");
    if (!experiment) return;
    const Experiment small = shrink(*experiment);
    use_machine(small);
    const RunDirectory run = RunDirectory::create(small, LastStage::report);
    print_run(run);
    const std::vector<Check> checks = check_run(run);
    for (const Check& check : checks) fmt::print(stderr, "{} {}\n", check.passed ? "ok    " : "FAILED", check.what);
    for (const Check& check : checks) {
      if (!check.passed) throw MachineError("this machine did not pass the self-check");
    }
  });
}

}  // namespace fm
