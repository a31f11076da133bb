#include "libfm/train/epoch.hpp"

#include "tests/catch.hpp"

namespace {

/// How often each row occurs in an epoch.
std::vector<int> counts(fm::Epoch& epoch, int rows, std::int64_t number) {
  std::vector<int> found(static_cast<std::size_t>(rows));
  epoch.begin(number * epoch.steps());
  for (std::int64_t step = 0; step < epoch.steps(); ++step) {
    const at::Tensor batch = epoch.batches(number * epoch.steps() + step, 1)[0];
    for (std::int64_t i = 0; i < batch.size(0); ++i) ++found[static_cast<std::size_t>(batch[i].item<std::int64_t>())];
  }
  return found;
}

fm::Epoch epoch_of(int rows, std::vector<double> weights = {}) {
  return {7, rows, 4, c10::Device(c10::kCPU), at::kFloat, std::move(weights)};
}

}  // namespace

CATCH_TEST_CASE("without weights, or with equal ones, each row occurs once in an epoch", "[epoch]") {
  for (const std::vector<double>& weights : {std::vector<double>(), std::vector<double>(11, 2.5)}) {
    fm::Epoch epoch = epoch_of(11, weights);
    for (std::int64_t number = 0; number < 5; ++number) {
      CATCH_CHECK(counts(epoch, 11, number) == std::vector<int>(11, 1));
    }
  }
}

CATCH_TEST_CASE("weighted rows occur as often as their weights say, and as often in sum", "[epoch]") {
  const std::vector<double> weights = {1.0, 1.0, 4.0, 0.5, 3.5};  // the expected number of each is 0.5 of its weight
  fm::Epoch epoch = epoch_of(5, weights);
  constexpr int epochs = 4000;
  std::vector<double> sums(5, 0.0);
  for (std::int64_t number = 0; number < epochs; ++number) {
    const std::vector<int> found = counts(epoch, 5, number);
    int total = 0;
    for (std::size_t i = 0; i < 5; ++i) {
      CATCH_REQUIRE(std::abs(found[i] - 0.5 * weights[i]) < 1.0);
      sums[i] += found[i];
      total += found[i];
    }
    CATCH_REQUIRE(total == 5);
  }
  // The standard error of such a mean is at most 0.5 / sqrt(4000) = 0.008.
  for (std::size_t i = 0; i < 5; ++i) CATCH_CHECK(std::abs(sums[i] / epochs - 0.5 * weights[i]) < 0.04);
}

CATCH_TEST_CASE("an order that was prepared ahead is the epoch's own", "[epoch]") {
  for (const std::vector<double>& weights :
       {std::vector<double>(), std::vector<double>{3, 1, 1, 2, 2, 1, 1, 1, 1, 1, 1}}) {
    fm::Epoch ahead = epoch_of(11, weights), plain = epoch_of(11, weights);
    const auto order = [](const fm::Epoch& epoch, std::int64_t step) { return epoch.batches(step, 2).flatten(); };
    ahead.begin(0);
    plain.begin(0);
    ahead.prepare(3);
    CATCH_CHECK(order(ahead, 0).equal(order(plain, 0)));  // the current epoch's is still there
    for (const std::int64_t step : {3, 9}) {              // the second was not prepared
      ahead.begin(step);
      plain.begin(step);
      CATCH_CHECK(order(ahead, step).equal(order(plain, step)));
    }
  }
}
