// fm export FILE --onnx FILE: a trained policy for programs that are not libfm's.

#include "libfm/onnx/export.hpp"
#include "libfm/config/reader.hpp"
#include "libfm/core/error.hpp"
#include "libfm/experiment/run_directory.hpp"
#include "libfm/launcher/commands.hpp"
#include "libfm/launcher/print_result.hpp"
#include "libfm/policy/checkpoint.hpp"

#include <memory>

namespace fm {
namespace {

struct ExportArguments {
  std::string source;
  std::vector<std::string> overrides;
  std::string onnx;
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
  return settings.sampler;
}

void export_policy(const ExportArguments& arguments) {
  const std::filesystem::path source = arguments.source;
  const auto checkpoint = std::filesystem::is_directory(source) ? RunDirectory::open(source).best_checkpoint() : source;
  const auto file = std::filesystem::absolute(arguments.onnx).lexically_normal();
  export_onnx(checkpoint, file, sampler_of(checkpoint, arguments.overrides));
  print_result("", file);
}

}  // namespace

void add_export(CLI::App& app) {
  CLI::App* command = app.add_subcommand("export", "write a trained policy in a format of other programs");
  auto arguments = std::make_shared<ExportArguments>();
  command->add_option("CHECKPOINT|RUN_DIR", arguments->source, "a .safetensors file, or a run directory")->required();
  command->add_option("SETTING", arguments->overrides, "other settings of the sampler, such as sampler.steps=5")
      ->option_text("KEY=VALUE ...");
  command->add_option("--onnx", arguments->onnx, "the policy as an ONNX file")->option_text("FILE.onnx")->required();
  command->footer("Example: fm export runs/pendulum/20261123-101500_s0_1a2b3c --onnx pendulum.onnx sampler.steps=10");
  command->callback([arguments] { export_policy(*arguments); });
}

}  // namespace fm
