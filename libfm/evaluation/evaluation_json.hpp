#pragma once
// evaluation.json: the metrics of an evaluation and of its variants. Between equal runs only the latency differs.

#include "libfm/evaluation/evaluation.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace fm {

/// An evaluation with other sampler settings.
struct Variant {
  std::vector<std::string> settings;  ///< KEY=VALUE
  Evaluation evaluation;
};

/// The content of evaluation.json.
nlohmann::ordered_json to_json(const Evaluation& evaluation, const std::vector<Variant>& variants);

/// One actor's metrics as a line of text.
std::string summarise_actor(const std::string& who, const ActorMetrics& metrics);

/// The metrics as text for the terminal, one line each.
std::string summarise(const Evaluation& evaluation, const std::vector<Variant>& variants);

}  // namespace fm
