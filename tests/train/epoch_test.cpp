#include "libfm/train/epoch.hpp"

#include "tests/catch.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace {

/// How often each row occurs in an epoch.
std::vector<int> counts(fm::Epoch& epoch, int rows, const std::vector<double>& weights, std::int64_t number) {
  std::vector<int> found(static_cast<std::size_t>(rows));
  epoch.begin(number * epoch.steps(), weights);
  for (std::int64_t step = 0; step < epoch.steps(); ++step) {
    const at::Tensor batch = epoch.batches(number * epoch.steps() + step, 1)[0];
    for (std::int64_t i = 0; i < batch.size(0); ++i) ++found[static_cast<std::size_t>(batch[i].item<std::int64_t>())];
  }
  return found;
}

fm::Epoch epoch_of(const std::vector<fm::RowParts::Part>& parts) {
  return {7, parts, 4, c10::Device(c10::kCPU), at::kFloat};
}

/// All rows in one part.
fm::Epoch epoch_of(int rows, const std::vector<double>& weights) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  return epoch_of({{rows, weights.empty() ? rows : sum}});
}

}  // namespace

CATCH_TEST_CASE("without weights, or with equal ones, each row occurs once in an epoch", "[epoch]") {
  for (const std::vector<double>& weights : {std::vector<double>(), std::vector<double>(11, 2.5)}) {
    fm::Epoch epoch = epoch_of(11, weights);
    for (std::int64_t number = 0; number < 5; ++number) {
      CATCH_CHECK(counts(epoch, 11, weights, number) == std::vector<int>(11, 1));
    }
  }
}

CATCH_TEST_CASE("weighted rows occur as often as their weights say, and as often in sum", "[epoch]") {
  const std::vector<double> weights = {1.0, 1.0, 4.0, 0.5, 3.5};  // the expected number of each is 0.5 of its weight
  fm::Epoch epoch = epoch_of(5, weights);
  constexpr int epochs = 4000;
  std::vector<double> sums(5, 0.0);
  for (std::int64_t number = 0; number < epochs; ++number) {
    const std::vector<int> found = counts(epoch, 5, weights, number);
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
    ahead.begin(0, weights);
    plain.begin(0, weights);
    ahead.prepare(3, weights);
    CATCH_CHECK(order(ahead, 0).equal(order(plain, 0)));  // the current epoch's is still there
    for (const std::int64_t step : {3, 9}) {              // the second was not prepared
      ahead.begin(step, weights);
      plain.begin(step, weights);
      CATCH_CHECK(order(ahead, step).equal(order(plain, step)));
    }
  }
}

CATCH_TEST_CASE("an epoch goes once through every part, in an order and with a shuffle of its own", "[epoch]") {
  const std::vector<fm::RowParts::Part> parts = {{9, 9.0}, {3, 3.0}, {8, 8.0}};
  fm::Epoch epoch = epoch_of(parts);
  CATCH_REQUIRE(epoch.steps() == 3 + 1 + 2);
  std::set<std::vector<std::size_t>> orders;
  std::set<std::vector<std::int64_t>> of_first_part;
  for (std::int64_t number = 0; number < 40; ++number) {
    std::vector<std::size_t> order;
    std::vector<std::vector<std::int64_t>> rows(parts.size());
    for (std::int64_t step = number * epoch.steps(); step < (number + 1) * epoch.steps(); ++step) {
      if (!epoch.has(step)) {
        order.push_back(epoch.part_at(step));
        epoch.begin(step, {});
      }
      const at::Tensor batch = epoch.batches(step, 1)[0];
      for (std::int64_t i = 0; i < batch.size(0); ++i) rows[order.back()].push_back(batch[i].item<std::int64_t>());
    }
    orders.insert(order);
    of_first_part.insert(rows[0]);
    for (std::size_t part = 0; part < parts.size(); ++part) {
      std::ranges::sort(rows[part]);
      std::vector<std::int64_t> all(static_cast<std::size_t>(parts[part].rows));
      std::iota(all.begin(), all.end(), 0);
      CATCH_CHECK(rows[part] == all);
    }
  }
  CATCH_CHECK(orders.size() == 6);
  CATCH_CHECK(of_first_part.size() == 40);
}

CATCH_TEST_CASE("the parts of an epoch are drawn from as their weights say", "[epoch]") {
  // 12 rows: six of weight 1, four of weight 3, two of weight 1, in parts whose own rows are equal.
  const std::vector<fm::RowParts::Part> parts = {{6, 6.0}, {4, 12.0}, {2, 2.0}};
  const std::vector<std::vector<double>> weights = {{}, std::vector<double>(4, 3.0), {}};
  fm::Epoch epoch = epoch_of(parts);
  std::vector<double> drawn(parts.size());
  for (std::int64_t step = 0; step < epoch.steps(); ++step) {
    const std::size_t part = epoch.part_at(step);
    if (!epoch.has(step)) epoch.begin(step, weights[part]);
    const at::Tensor batch = epoch.batches(step, 1)[0];
    drawn[part] += static_cast<double>(batch.size(0));
    CATCH_CHECK(batch.max().item<std::int64_t>() < parts[part].rows);
  }
  for (std::size_t part = 0; part < parts.size(); ++part) {
    CATCH_CHECK(std::abs(drawn[part] - 12.0 * parts[part].weight / 20.0) < 1.0);
  }
}
