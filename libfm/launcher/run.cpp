// fm run EXPERIMENT: collect, train, evaluate, report, in a new run directory.

#include "libfm/core/log.hpp"
#include "libfm/experiment/pipeline.hpp"
#include "libfm/experiment/preflight.hpp"
#include "libfm/launcher/commands.hpp"
#include "libfm/launcher/print_result.hpp"

#include <memory>

namespace fm {

void add_run(CLI::App& app) {
  CLI::App* command = app.add_subcommand("run", "collect, train, evaluate and report, in a new run directory");
  auto arguments = std::make_shared<ExperimentArguments>();
  arguments->add_to(*command);
  command->footer("Example: fm run experiments/pendulum.yaml seed=1 train.epochs=50");
  command->callback([arguments] {
    const auto experiment = arguments->read("collect, train, evaluate and report", preflight);
    if (!experiment) return;
    use_machine(*experiment);
    print_run(RunDirectory::create(*experiment, LastStage::report));
  });
}

}  // namespace fm
