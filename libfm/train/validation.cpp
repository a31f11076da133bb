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

double validation_loss(const PolicyModel& model, LoadedRows& rows, const RandomStream& draws) {
  constexpr std::int64_t most = 1024;
  const at::NoGradGuard no_grad;
  double sum = 0.0;
  std::uint64_t block = 0;
  for (std::size_t part = 0; part < rows.parts().size(); ++part) {
    rows.load(part);
    const TrainingData& data = rows.data();
    for (std::int64_t begin = 0; begin < data.size(); begin += most) {
      const std::int64_t end = std::min(begin + most, data.size());
      sum += model.loss(data.range(begin, end), draws, block++).item<double>() * static_cast<double>(end - begin);
    }
  }
  return sum / static_cast<double>(rows.size());
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
