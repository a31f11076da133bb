#include "libfm/policy/taught_models.hpp"

#include "libfm/core/error.hpp"
#include "libfm/policy/draws.hpp"

#include "tests/catch.hpp"
#include "tests/policy/small_model.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/zeros.h>

namespace {

/// Carries every noise to 3 z0 + 1.
class Affine final : public fm::PolicyModel {
 public:
  using PolicyModel::PolicyModel;

  at::Tensor loss(const fm::Batch&, const fm::RandomStream&, std::uint64_t) const override { return at::zeros({}); }
  at::Tensor sample(const fm::Condition&, const at::Tensor& noise) const override { return 3 * noise.select(1, 0) + 1; }
  std::int64_t evaluations() const override { return 0; }
};

std::shared_ptr<fm::PolicyModel> taught(const std::string& name) {
  fm::PolicyDescription d = fm::test::small_description();
  d.policy.name = name;
  auto model = fm::make_policy_model(d, fm::RandomStream(1, "init"));
  model->to(at::kDouble);
  return model;
}

fm::Batch taught_batch(const fm::PolicyModel& model) {
  return {at::linspace(-1, 1, 6, at::kDouble).view({6, 1, 1}),
          model.condition(at::linspace(-1, 1, 18, at::kDouble).view({6, 1, 3}), at::zeros({6, 0}, at::kDouble))};
}

}  // namespace

CATCH_TEST_CASE("taught policies learn where the teacher carries the noise, not the data", "[taught_models]") {
  const fm::RandomStream stream(0, "batch");
  for (const char* name : {"reflow", "one_step"}) {
    CATCH_INFO(name);
    CATCH_CHECK(fm::learns_from_teacher(name));
    const auto model = taught(name);
    model->set_teacher(std::make_shared<Affine>(fm::test::small_description()));
    const fm::Batch batch = taught_batch(*model);
    fm::Batch other = batch;
    other.actions = at::ones_like(batch.actions);
    const at::Tensor loss = model->loss(batch, stream, 4);
    CATCH_CHECK(loss.equal(model->loss(other, stream, 4)));
    loss.backward();
    CATCH_CHECK(model->parameters().back().grad().abs().max().item<double>() > 0);
  }
}

CATCH_TEST_CASE("the one-step loss is the squared distance to the teacher's sample", "[taught_models]") {
  const fm::RandomStream stream(0, "batch");
  const auto model = taught("one_step");
  model->set_teacher(std::make_shared<Affine>(fm::test::small_description()));
  const fm::Batch batch = taught_batch(*model);
  const at::Tensor z0 = fm::draw_flow(stream, 4, batch.actions, {.goal_drop = 0.0}, {}).noise;
  const at::Tensor expected = (model->sample(batch.condition, z0.unsqueeze(1)) - (3 * z0 + 1)).square().mean();
  CATCH_CHECK((model->loss(batch, stream, 4) - expected).abs().item<double>() < 1e-12);
}

CATCH_TEST_CASE("a teacher is asked for where it is needed, and refused where it is not", "[taught_models]") {
  const auto model = taught("reflow");
  CATCH_CHECK_THROWS_AS(model->loss(taught_batch(*model), fm::RandomStream(0, "batch"), 0), fm::InputError);
  CATCH_CHECK(!fm::learns_from_teacher("flow"));
  CATCH_CHECK_THROWS_AS(fm::test::small_model(at::kFloat)->set_teacher(model), fm::InputError);
}
