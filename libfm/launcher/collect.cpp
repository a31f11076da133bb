// fm collect EXPERIMENT: collects the expert's episodes into the cache, where training finds them.

#include "libfm/experiment/collect.hpp"

#include "libfm/core/error.hpp"
#include "libfm/experiment/expert.hpp"
#include "libfm/experiment/pipeline.hpp"
#include "libfm/launcher/commands.hpp"

#include <fmt/core.h>

#include <memory>

namespace fm {

void add_collect(CLI::App& app) {
  CLI::App* command = app.add_subcommand("collect", "collect the expert's episodes into the cache");
  auto arguments = std::make_shared<ExperimentArguments>();
  arguments->add_to(*command);
  command->footer("Example: fm collect experiments/pendulum.yaml collect.episodes=500");
  command->callback([arguments] {
    const auto experiment = arguments->read("collect", [](const Experiment& e, bool) {
      if (!e.has_expert())
        throw InputError("collect: needs an environment and an expert (env.name or expert.name is none)");
      check_expert(e);
    });
    if (!experiment) return;
    use_machine(*experiment);
    fmt::print("{}\n", collect(*experiment).string());
  });
}

}  // namespace fm
