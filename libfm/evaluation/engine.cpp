#include "libfm/evaluation/engine.hpp"

#include "libfm/policy/model_policy.hpp"
#include "libfm/realtime/realtime_policy.hpp"

namespace fm {

PredictorFactory make_engine(std::shared_ptr<const PolicyModel> model, const std::filesystem::path& checkpoint) {
  const SamplerOptions& sampler = model->description().sampler;
  if (sampler.engine == "libtorch") return [model] { return std::make_unique<ModelPredictor>(model); };
  const Precision precision = sampler.engine == "realtime" ? Precision::float32 : Precision::bfloat16;
  const auto fast = load_realtime(checkpoint, {.precision = precision, .sampler = sampler});
  return [fast] { return std::make_unique<RealtimePredictor>(fast); };
}

}  // namespace fm
