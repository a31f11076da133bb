// fm train EXPERIMENT: collect and train, in a new run directory.

#include "libfm/experiment/pipeline.hpp"
#include "libfm/experiment/preflight.hpp"
#include "libfm/launcher/commands.hpp"
#include "libfm/launcher/print_result.hpp"

#include <memory>

namespace fm {

void add_train(CLI::App& app) {
  CLI::App* command = app.add_subcommand("train", "collect and train, in a new run directory");
  auto arguments = std::make_shared<ExperimentArguments>();
  arguments->add_to(*command);
  command->footer("Example: fm train experiments/pendulum.yaml train.epochs=50");
  command->callback([arguments] {
    const auto experiment = arguments->read("collect, train", preflight);
    if (!experiment) return;
    use_machine(*experiment);
    print_run(RunDirectory::create(*experiment, LastStage::train));
  });
}

}  // namespace fm
