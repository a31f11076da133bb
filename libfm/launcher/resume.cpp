// fm resume RUN_DIR: continues an interrupted run exactly where it stopped.

#include "libfm/experiment/pipeline.hpp"
#include "libfm/launcher/commands.hpp"
#include "libfm/launcher/print_result.hpp"

#include <memory>
#include <string>

namespace fm {

void add_resume(CLI::App& app) {
  CLI::App* command = app.add_subcommand("resume", "continue an interrupted run where it stopped");
  auto path = std::make_shared<std::string>();
  command->add_option("RUN_DIR", *path, "the run's directory")->required();
  command->callback([path] {
    const RunDirectory run = RunDirectory::open(*path);
    use_machine(run.experiment());
    print_run(run);
  });
}

}  // namespace fm
