#pragma once
// The policies by name, with the options of each.

#include "libfm/core/free_mapping.hpp"
#include "libfm/core/named_table.hpp"
#include "libfm/policy_spec/flow_options.hpp"
#include "libfm/policy_spec/normalisation.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fm {

/// Names of the policies; their table is in policy/policy_models.cpp.
inline constexpr std::string_view policy_kinds[] = {
    "flow", "mean_flow", "shortcut",  "reflow", "one_step",        "mse",
    "mip",  "gaussian",  "diffusion", "score",  "normalising_flow"};

/// Mean flow (Geng et al. 2025): see flow/mean_flow_loss.hpp.
struct MeanFlowOptions {
  double instantaneous = 0.5;
  double power = 0.5;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("instantaneous", instantaneous,
          "share of rows trained on the instantaneous velocity, with an interval of length 0", between(0.0, 1.0));
    visit("power", power, "exponent p of a row's weight 1 / (error + 0.001)^p; 0: plain squared error",
          between(0.0, 1.0));
  }
};

/// Shortcut models (Frans et al. 2025): see flow/shortcut_loss.hpp.
struct ShortcutOptions {
  double consistency = 0.25;
  int finest = 32;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("consistency", consistency,
          "share of rows trained on consistency: one step equals two steps of half its length", between(0.0, 1.0));
    visit("finest", finest, "steps of the finest grid used by these rows, a power of two", between(2, 4096));
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
    visit("smallest_scale", smallest_scale,
          "lower bound on the standard deviations, in normalised units: the likelihood of an action that is repeated "
          "exactly, as at a bound, would be unbounded",
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
    visit("sampler", sampler, "ddim: deterministic, with sampler.steps steps; ddpm: ancestral, one step per level",
          one_of({"ddim", "ddpm"}));
    visit("clip", clip,
          "estimates of the action during sampling are clipped to +-clip, in normalised units; with `normaliser: "
          "min_max` the data lie within +-1",
          above(0.0));
  }
};

struct NormalisingFlowOptions {
  int layers = 6;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("layers", layers, "coupling layers, each an MLP with the widths of network.mlp.hidden", between(2, 64));
  }
};

struct HorizonOptions {
  int observations = 1;
  int prediction = 1;
  int largest_delay = 0;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("observations", observations, "observations that the policy sees, the current one last", between(1, 1000));
    visit("prediction", prediction,
          "actions predicted at once, the current one first; the first sampler.executed of them are executed",
          between(1, 1000));
    visit("largest_delay", largest_delay,
          "trains a flow to continue up to so many actions that it is given, for `sampler.prefix: trained`",
          between(0, 999));
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
  FreeMapping relative;
  std::optional<std::string> teacher;  ///< a local path; empty in checkpoints
  std::string normaliser = "min_max";
  QuantileOptions quantile;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("name", name, "the kind of policy", one_of(names_in(policy_kinds)));
    visit("flow", flow,
          "options of `name: flow`, `reflow` and `score` (target score, on a diffusion path); `mean_flow` and "
          "`shortcut` use its path, time and coupling");
    visit("mean_flow", mean_flow, "options of `name: mean_flow`");
    visit("shortcut", shortcut, "options of `name: shortcut`");
    visit("mip", mip, "options of `name: mip`");
    visit("gaussian", gaussian, "options of `name: gaussian`");
    visit("diffusion", diffusion, "options of `name: diffusion`");
    visit("normalising_flow", normalising_flow, "options of `name: normalising_flow`");
    visit("horizon", horizon, "lengths of the observation history and of the predicted action chunk");
    visit("hidden", hidden,
          "names of observations and goals hidden from the policy; experts and evaluation still see them");
    visit("relative", relative,
          "{ACTION: OBSERVATION, ...}: predicts these actions relative to an observation of the same unit, the current "
          "one "
          "for a whole chunk; for targets in the world's coordinates");
    visit("teacher", teacher,
          "teacher of `reflow` and `one_step`: a run directory, a checkpoint, or an experiment file, which is run "
          "first; null: none");
    visit("normaliser", normaliser,
          "how observations, goals and actions are scaled for the network; min_max: the data's range to [-1, 1]; "
          "z_score: mean 0, standard deviation 1; quantile: two quantiles to -1 and 1, for data with outliers",
          one_of(normaliser_names()));
    visit("quantile", quantile, "options of `normaliser: quantile`");
  }
};

/// Sets the options that a policy implies: `score`, denoising score matching (Vincent 2011; Song et al. 2021), uses
/// flow matching's loss and sampler with the score as the target, on a diffusion path. Others are returned unchanged.
/// Applied once, where options are read; a PolicyDescription holds the result.
PolicyOptions resolved(PolicyOptions options);

}  // namespace fm
