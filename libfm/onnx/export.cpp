#include "libfm/onnx/export.hpp"

#include "libfm/core/atomic_file.hpp"
#include "libfm/core/error.hpp"
#include "libfm/onnx/sampling.hpp"
#include "libfm/policy_spec/checkpoint_names.hpp"
#include "libfm/policy_spec/relative_actions.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace fm {
namespace {

std::vector<float> rounded(const std::vector<double>& numbers) { return {numbers.begin(), numbers.end()}; }

/// Names with units, for people who look at the graph.
std::string text_of(const char* what, const std::vector<Dimension>& dimensions) {
  std::vector<std::string> names;
  for (const Dimension& d : dimensions)
    names.push_back(d.unit.empty() ? d.name : fmt::format("{} ({})", d.name, d.unit));
  return fmt::format("{}: {}", what, fmt::join(names, ", "));
}

/// (x - offset) / scale along the last dimension, clamped to [-1, 1] if it says so.
OnnxValue normalised(OnnxGraph& g, const OnnxValue& x, const Normalisation& n) {
  const OnnxGraph::Shape size = {std::ssize(n.offset)};
  const OnnxValue y =
      g.add("Div", {g.difference(x, g.constant(rounded(n.offset), size)), g.constant(rounded(n.scale), size)});
  return n.clip ? g.clipped(y, g.scalar(-1.0), g.scalar(1.0)) : y;
}

/// x (B, h, n) where `kept` (n) is not 0, else 0, whatever the value of x.
OnnxValue where(OnnxGraph& g, const std::vector<double>& kept, const OnnxValue& x) {
  constexpr std::int64_t as_bool = 9;
  const OnnxValue mask = g.add("Cast", {g.constant(rounded(kept), {std::ssize(kept)})}, {{"to", as_bool}});
  return g.add("Where", {mask, x, g.scalar(0.0)});
}

/// Zeros in place of what is hidden, whatever its value.
OnnxValue visible(OnnxGraph& g, const OnnxValue& x, const std::vector<double>& seen) {
  return std::ranges::count(seen, 0.0) == 0 ? x : where(g, seen, x);
}

/// (B, h, O), in the environment's units
OnnxValue observation_input(OnnxGraph& g, const PolicyDescription& d) {
  return g.input("observation", {OnnxGraph::batch, d.policy.horizon.observations, std::ssize(d.spec.observations)},
                 text_of("observations, oldest first", d.spec.observations));
}

OnnxCondition condition(OnnxGraph& g, const OnnxValue& observed, const PolicyDescription& d) {
  OnnxCondition c;
  const VisibleInputs seen = visible_inputs(d.spec, d.policy.hidden);
  c.observations = visible(g, normalised(g, observed, d.observations), seen.observations);
  if (uses_goal(d)) {
    const OnnxValue goal = g.input("goal", {OnnxGraph::batch, std::ssize(d.spec.goals)}, text_of("goal", d.spec.goals));
    c.goal = visible(g, normalised(g, goal, d.goals), seen.goals);
  }
  return c;
}

/// The bounds in float32, rounded inwards, so that no action exceeds them in float64.
OnnxValue within_bounds(OnnxGraph& g, const OnnxValue& action, const std::vector<Dimension>& dimensions) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  std::vector<float> low, high;
  for (const Dimension& d : dimensions) {
    const auto least = static_cast<float>(d.low), most = static_cast<float>(d.high);
    low.push_back(least < d.low ? std::nextafter(least, infinity) : least);
    high.push_back(most > d.high ? std::nextafter(most, -infinity) : most);
  }
  return g.clipped(action, g.constant(low, {std::ssize(low)}), g.constant(high, {std::ssize(high)}));
}

/// Actions (B, H, A) that are relative to an observation, made absolute.
OnnxValue absolute(OnnxGraph& g, const OnnxValue& actions, const OnnxValue& observed, const PolicyDescription& d) {
  const RelativeActions relative(d.spec, d.policy.relative);
  if (!relative.any()) return actions;
  OnnxGraph::Shape places;  // (A), any for an absolute action
  std::vector<double> is_relative;
  for (const std::optional<std::size_t>& observation : relative.observations()) {
    places.push_back(static_cast<std::int64_t>(observation.value_or(0)));
    is_relative.push_back(observation ? 1.0 : 0.0);
  }
  const int history = d.policy.horizon.observations;
  const OnnxValue now = g.slice(observed, 1, history - 1, history);
  const OnnxValue references = g.add("Gather", {now, g.integers(places)}, {{"axis", std::int64_t{2}}});
  return g.sum(actions, where(g, is_relative, references));
}

/// @param prediction (B, H A), normalised
void output_action(OnnxGraph& g, const OnnxValue& prediction, const OnnxValue& observed, const PolicyDescription& d) {
  const std::int64_t horizon = d.policy.horizon.prediction, actions = std::ssize(d.spec.actions);
  const OnnxValue rows = g.reshaped(prediction, {-1, horizon, actions});
  const OnnxValue in_units = g.sum(g.product(rows, g.constant(rounded(d.actions.scale), {actions})),
                                   g.constant(rounded(d.actions.offset), {actions}));
  g.output(within_bounds(g, absolute(g, in_units, observed, d), d.spec.actions), "action",
           {OnnxGraph::batch, horizon, actions}, text_of("actions, the current one first", d.spec.actions));
}

/// What the checkpoint says about the policy, and what the program around the graph has to do.
std::map<std::string, std::string> metadata(const SafeTensors& content, const PolicyDescription& d, int noise_samples) {
  std::map<std::string, std::string> all = description_to_metadata(d);
  all.erase("format_version");
  all["digest"] = with_digest(content).metadata.at("digest");
  const nlohmann::json loop = {{"observations", d.policy.horizon.observations},
                               {"prediction", d.policy.horizon.prediction},
                               {"executed", d.sampler.executed},
                               {"ensemble", d.sampler.ensemble},
                               {"warm_start", d.sampler.warm_start},
                               {"delay", d.sampler.delay},
                               {"rate_limit", d.sampler.rate_limit},
                               {"noise_samples", noise_samples},
                               {"time_step", d.spec.time_step}};
  all["control_loop"] = loop.dump();
  return all;
}

}  // namespace

std::string onnx_model(const SafeTensors& content, const std::string& where,
                       const std::optional<SamplerOptions>& sampler) {
  PolicyDescription d = description_from_metadata(content.metadata, where);
  if (sampler) d.sampler = *sampler;
  if (d.sampler.prefix != "none") {
    throw_input_error(
        "{}: sampler.prefix: an ONNX graph is given no committed actions; export with sampler.prefix=none", where);
  }
  OnnxGraph graph;
  OnnxNoise noise(graph, d.policy.horizon.prediction, static_cast<int>(d.spec.actions.size()));
  const OnnxValue observed = observation_input(graph, d);
  const OnnxCondition given = condition(graph, observed, d);
  OnnxValue prediction = onnx_sample({graph, d, CheckpointWeights(content, where), given, noise});
  if (d.sampler.action_noise > 0.0) {
    prediction = graph.sum(prediction, graph.scaled(d.sampler.action_noise, noise.next()));
  }
  output_action(graph, prediction, observed, d);
  noise.declare();
  return graph.model(metadata(content, d, noise.samples()));
}

void export_onnx(const std::filesystem::path& checkpoint, const std::filesystem::path& file,
                 const std::optional<SamplerOptions>& sampler) {
  const SafeTensors content = read_safetensors(checkpoint);
  check_verified(content, checkpoint.string());
  write_file_atomically(file, onnx_model(content, checkpoint.string(), sampler));
}

}  // namespace fm
