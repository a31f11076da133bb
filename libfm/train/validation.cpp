#include "libfm/train/validation.hpp"

#include "libfm/core/number_text.hpp"
#include "libfm/core/statistics.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace fm {

std::vector<double> PairedReturns::scores() const { return expert.empty() ? policy : differences(policy, expert); }

void add_returns(const PairedReturns& returns, nlohmann::json& line) {
  line["rollout_return"] = mean(returns.policy);
  if (returns.expert.empty()) return;
  const std::vector<double> gaps = returns.scores();
  const double gap = mean(gaps);
  if (gaps.size() > 1) {
    const double half = 1.96 * standard_deviation(gaps) / std::sqrt(static_cast<double>(gaps.size()));
    line["rollout_gap_low"] = gap - half;
    line["rollout_gap_high"] = gap + half;
  }
  line["rollout_expert_return"] = mean(returns.expert);
  line["rollout_gap"] = gap;
}

std::string describe(const PairedReturns& returns) {
  const std::string text = "return " + number_text(mean(returns.policy));
  if (returns.expert.empty()) return text;
  return fmt::format("{} (expert {}, paired gap {})", text, number_text(mean(returns.expert)),
                     number_text(mean(returns.scores())));
}

double validation_loss(const PolicyModel& model, const TrainingData& data, const RandomStream& draws) {
  constexpr std::int64_t rows = 1024;
  const at::NoGradGuard no_grad;
  double sum = 0.0;
  for (std::int64_t begin = 0; begin < data.size(); begin += rows) {
    const std::int64_t end = std::min(begin + rows, data.size());
    const at::Tensor loss = model.loss(data.range(begin, end), draws, static_cast<std::uint64_t>(begin / rows));
    sum += loss.item<double>() * static_cast<double>(end - begin);
  }
  return sum / static_cast<double>(data.size());
}

PairedReturns score_rollout(const std::shared_ptr<PolicyModel>& model, int steps, const RolloutScore& rollout) {
  const SamplerOptions own = model->description().sampler;
  SamplerOptions quick = own;
  quick.steps = steps;
  model->set_sampler(quick);
  PairedReturns returns = rollout(model);
  model->set_sampler(own);
  return returns;
}

}  // namespace fm
