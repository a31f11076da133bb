#pragma once
// What is learned, by name, with the options of each.

#include "libfm/policy_spec/flow_options.hpp"
#include "libfm/policy_spec/normalisation.hpp"

#include <optional>
#include <string>
#include <vector>

namespace fm {

std::vector<std::string> policy_names();

/// Mean flow (Geng et al. 2025): see flow/mean_flow_loss.hpp.
struct MeanFlowOptions {
  double instantaneous = 0.5;
  double power = 0.5;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("instantaneous", instantaneous,
          "share of rows trained on the velocity itself, with no interval to average over", between(0.0, 1.0));
    visit("power", power, "p of a row's weight 1 / (error + 0.001)^p; 0: the plain squared error", between(0.0, 1.0));
  }
};

/// Shortcut models (Frans et al. 2025): see flow/shortcut_loss.hpp.
struct ShortcutOptions {
  double consistency = 0.25;
  int finest = 32;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("consistency", consistency, "share of rows on which one step must equal two of half its length",
          between(0.0, 1.0));
    visit("finest", finest, "steps of the finest grid that these rows lie on, a power of two", between(2, 4096));
  }
};

/// The two-step regression policy (Pan et al. 2025): see policy/regression_models.hpp.
struct MipOptions {
  double time = 0.9;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("time", time, "flow time of the second step", between(0.01, 0.99));
  }
};

struct GaussianOptions {
  int components = 5;
  double smallest_scale = 0.05;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("components", components, "Gaussians in the mixture", between(1, 1000));
    visit(
        "smallest_scale", smallest_scale,
        "no standard deviation is below it, in normalised units: the likelihood of an action that is repeated exactly, "
        "as at a bound, would grow without end",
        above(0.0));
  }
};

struct DiffusionOptions {
  int levels = 100;
  std::string sampler = "ddim";
  double clip = 1.0;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("levels", levels, "noise levels in training", between(2, 10000));
    visit("sampler", sampler, "ddim: deterministic, in sampler.steps; ddpm: ancestral, one step a level",
          one_of({"ddim", "ddpm"}));
    visit("clip", clip,
          "estimates of the action on the way are kept within +-clip, normalised units: 1 is where the data end with "
          "`normaliser: min_max`",
          above(0.0));
  }
};

struct NormalisingFlowOptions {
  int layers = 6;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("layers", layers, "coupling layers, each with networks of network.mlp.hidden", between(2, 64));
  }
};

struct HorizonOptions {
  int observations = 1;
  int prediction = 1;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("observations", observations, "observations that the policy sees, the present one the last",
          between(1, 1000));
    visit("prediction", prediction,
          "actions that are predicted together, the present one the first; "
          "sampler.executed of them are executed",
          between(1, 1000));
  }
};

struct PolicyOptions {
  std::string name = "flow";
  FlowOptions flow;
  MeanFlowOptions mean_flow;
  ShortcutOptions shortcut;
  MipOptions mip;
  GaussianOptions gaussian;
  DiffusionOptions diffusion;
  NormalisingFlowOptions normalising_flow;
  HorizonOptions horizon;
  std::vector<std::string> hidden;
  std::optional<std::string> teacher;  ///< a path of this machine: empty in checkpoints
  std::string normaliser = "min_max";

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("name", name, "what is learned", one_of(policy_names()));
    visit("flow", flow,
          "options of `name: flow`, reflow and score (which has the target score, on a diffusion's path); of mean_flow "
          "and shortcut the path, the law of times and the coupling");
    visit("mean_flow", mean_flow, "options of `name: mean_flow`");
    visit("shortcut", shortcut, "options of `name: shortcut`");
    visit("mip", mip, "options of `name: mip`");
    visit("gaussian", gaussian, "options of `name: gaussian`");
    visit("diffusion", diffusion, "options of `name: diffusion`");
    visit("normalising_flow", normalising_flow, "options of `name: normalising_flow`");
    visit("horizon", horizon, "what the policy sees and predicts at once");
    visit("hidden", hidden, "observations, by name, that the policy does not see; experts and evaluation still do");
    visit(
        "teacher", teacher,
        "run directory, checkpoint or experiment file (run first, as the file says) that `reflow` and `one_step` learn "
        "from; null: none");
    visit("normaliser", normaliser, "how observations and actions are scaled for the network",
          one_of(normaliser_names()));
  }
};

/// What the policies flow, reflow and score learn: the options' own flow; for score its relative, denoising score
/// matching (Vincent 2011; Song et al. 2021), which is flow matching's loss and sampler with the score as the target,
/// on a diffusion's path.
FlowOptions learned_flow(const PolicyOptions& options);

}  // namespace fm
