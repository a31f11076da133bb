// fm demo EXPERIMENT: rolls out the expert and draws it.

#include "libfm/experiment/evaluation_stage.hpp"
#include "libfm/experiment/figures.hpp"
#include "libfm/experiment/pipeline.hpp"
#include "libfm/launcher/commands.hpp"
#include "libfm/launcher/print_result.hpp"

#include <memory>

namespace fm {

void add_demo(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("demo", "roll out the expert, print its return and draw expert_trajectory.png");
  auto arguments = std::make_shared<ExperimentArguments>();
  arguments->add_to(*command);
  command->footer("Example: fm demo experiments/pendulum.yaml expert.name=optimal");
  command->callback([arguments] {
    const auto experiment = arguments->read("roll out the expert and draw it");
    if (!experiment) return;
    use_machine(*experiment);
    const auto directory = create_demo_directory(*experiment);
    const std::string summary = demonstrate_into(directory, *experiment);
    if (experiment->report.figures) draw_figures(directory);
    print_result(summary, directory);
  });
}

}  // namespace fm
