// fm import SOURCE OUT.h5: converts a recording in another format to libfm's.

#include "libfm/experiment/import.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/printable.hpp"
#include "libfm/experiment/file_info.hpp"
#include "libfm/launcher/commands.hpp"

#include <fmt/core.h>

#include <memory>

namespace fm {

void add_import(CLI::App& app) {
  struct Arguments {
    std::string source;
    std::string out;
    std::vector<std::string> settings;
  };
  CLI::App* command = app.add_subcommand("import", "convert a recording of Minari, robomimic, NumPy, D4RL or Zarr");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("SOURCE", arguments->source, "a recording: a file, or the folder of Minari or of a Zarr store")
      ->required();
  command->add_option("OUT.h5", arguments->out, "the dataset to write; it must not exist")->required();
  command->add_option("SETTING", arguments->settings, "which columns are what, such as data.observations=[state]")
      ->option_text("KEY=VALUE ...");
  command->footer(
      "Example: fm import pusht_cchi_v7_replay.zarr pusht.h5 data.observations=[state] data.actions=[action]");
  command->callback([arguments] {
    const std::filesystem::path out = arguments->out;
    if (out.extension() != ".h5" && out.extension() != ".hdf5") {
      throw_input_error("{}: the dataset to write must end with .h5", out.string());
    }
    import_recording(arguments->source, out, arguments->settings);
    fmt::print("{}", printable(file_info_text(file_info(out))));
  });
}

}  // namespace fm
