// fm info FILE|RUN_DIR: what a dataset, a checkpoint or a run is.

#include "libfm/core/printable.hpp"
#include "libfm/experiment/file_info.hpp"
#include "libfm/launcher/commands.hpp"

#include <fmt/core.h>

#include <memory>

namespace fm {

void add_info(CLI::App& app) {
  CLI::App* command = app.add_subcommand("info", "say what a dataset, a checkpoint or a run directory is");
  auto path = std::make_shared<std::string>();
  auto as_json = std::make_shared<bool>(false);
  command->add_option("FILE|RUN_DIR", *path, "a recording, a .safetensors file, or a run directory")->required();
  command->add_flag("--json", *as_json, "print JSON");
  command->footer("Example: fm info runs/pendulum/20261123-101500_s0_1a2b3c/data.h5");
  command->callback([path, as_json] {
    const auto info = file_info(*path);
    fmt::print("{}", *as_json ? info.dump(2) + "\n" : printable(file_info_text(info)));
  });
}

}  // namespace fm
