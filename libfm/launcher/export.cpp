// fm export SOURCE --FORMAT TARGET: a trained policy or a recording for programs that are not libfm's.

#include "libfm/onnx/export.hpp"
#include "libfm/config/reader.hpp"
#include "libfm/core/error.hpp"
#include "libfm/experiment/import.hpp"
#include "libfm/experiment/run_directory.hpp"
#include "libfm/launcher/commands.hpp"
#include "libfm/launcher/print_result.hpp"
#include "libfm/policy/checkpoint.hpp"
#include "libfm/policy_spec/rate_limit.hpp"
#include "libfm/policy_spec/receding_horizon.hpp"

#include <memory>

namespace fm {
namespace {

struct ExportArguments {
  std::string source;
  std::vector<std::string> overrides;
  std::string onnx;
  std::string minari;
  std::string robomimic;
};

/// What can be changed without training.
struct Settings {
  SamplerOptions sampler;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("sampler", sampler, "how actions are sampled");
  }
};

/// The checkpoint's sampler with the overrides. @throws InputError for settings that are fixed by training, or that the
/// policy does not support
SamplerOptions sampler_of(const std::filesystem::path& checkpoint, const std::vector<std::string>& overrides) {
  const std::shared_ptr<PolicyModel> model = load_policy(checkpoint, c10::kCPU);
  for (const std::string& setting : overrides) {
    if (setting.starts_with("sampler.")) continue;
    throw_input_error("{}: is fixed by training; --onnx can change settings of the sampler", setting);
  }
  Settings settings{.sampler = model->description().sampler};
  apply_overrides(settings, overrides);
  model->set_sampler(settings.sampler);
  const RecedingHorizon fits(model->description());
  const RateLimit limits(model->description());
  return settings.sampler;
}

void export_policy(const ExportArguments& arguments) {
  const std::filesystem::path source = arguments.source;
  const auto checkpoint = std::filesystem::is_directory(source) ? RunDirectory::open(source).best_checkpoint() : source;
  const auto file = std::filesystem::absolute(arguments.onnx).lexically_normal();
  const SamplerOptions sampler = sampler_of(checkpoint, arguments.overrides);
  if (std::filesystem::exists(file)) {
    throw_input_error("{}: exists already; remove it, or give another name", file.string());
  }
  export_onnx(checkpoint, file, sampler);
  print_result("", file);
}

/// Calls the function for the one target that is given.
void export_source(const ExportArguments& arguments) {
  const int targets = !arguments.onnx.empty() + !arguments.minari.empty() + !arguments.robomimic.empty();
  if (targets != 1) throw InputError("fm export: name one format and its target (see fm export --help)");
  if (!arguments.onnx.empty()) return export_policy(arguments);
  if (!arguments.overrides.empty()) {
    throw_input_error("{}: --minari and --robomimic take no settings; fm import does", arguments.overrides.front());
  }
  const auto target = std::filesystem::absolute(arguments.minari + arguments.robomimic).lexically_normal();
  (arguments.minari.empty() ? export_robomimic : export_minari)(arguments.source, target);
  print_result("", target);
}

}  // namespace

void add_export(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("export", "write a trained policy or a recording in a format of other programs");
  auto arguments = std::make_shared<ExportArguments>();
  command->add_option("SOURCE", arguments->source, "a .safetensors file or a run directory, or a recording")
      ->required();
  command->add_option("SETTING", arguments->overrides, "other settings of the sampler, such as sampler.steps=5")
      ->option_text("KEY=VALUE ...");
  command->add_option("--onnx", arguments->onnx, "the policy as an ONNX file")->option_text("FILE.onnx");
  command->add_option("--minari", arguments->minari, "the recording as a dataset of Minari, in a new folder")
      ->option_text("DIR");
  command->add_option("--robomimic", arguments->robomimic, "the recording as an HDF5 file of robomimic")
      ->option_text("FILE.hdf5");
  command->footer("Example: fm export runs/pendulum/20261123-101500_s0_1a2b3c --onnx pendulum.onnx sampler.steps=10");
  command->callback([arguments] { export_source(*arguments); });
}

}  // namespace fm
