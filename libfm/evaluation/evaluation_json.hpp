#pragma once
// evaluation.json: the figures of an evaluation, and of its variants. Between equal runs nothing in it differs but
// latency.

#include "libfm/evaluation/evaluation.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace fm {

/// An evaluation at other settings of the sampler.
struct Variant {
  std::vector<std::string> settings;  ///< KEY=VALUE
  Evaluation evaluation;
};

nlohmann::ordered_json to_json(const Evaluation& evaluation, const std::vector<Variant>& variants);

/// One actor's figures in words, a line.
std::string summarise_actor(const std::string& who, const ActorMetrics& figures);

/// The figures in words, one a line, for the terminal.
std::string summarise(const Evaluation& evaluation, const std::vector<Variant>& variants);

}  // namespace fm
