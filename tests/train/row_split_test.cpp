#include "libfm/train/row_split.hpp"

#include "tests/catch.hpp"
#include "tests/data/sample_dataset.hpp"
#include "tests/train/numbered_rows.hpp"

#include <ATen/ops/tensor.h>

#include <algorithm>

CATCH_TEST_CASE("windows do not contain actions for another goal", "[row_split]") {
  auto dataset = of_lengths({6});
  change_episode(dataset, 0, [](fm::Episode& e) {
    e.goals = fm::Matrix(7, 1);
    e.goals << 1, 1, 1, 2, 2, 1, 1;
  });
  const fm::Rows rows = all_rows(dataset);
  CATCH_CHECK(rows.end == std::vector<std::int64_t>{3, 3, 3, 5, 5, 6});
  CATCH_CHECK(rows.begin == std::vector<std::int64_t>(6, 0));
}

CATCH_TEST_CASE("copies of an episode are on the same side of the split", "[row_split]") {
  fm::Dataset dataset = of_lengths({4, 4, 4, 4, 4});
  dataset.episodes.append(fm::Episodes(dataset.episodes));
  CATCH_CHECK(fm::originals_of(dataset.episodes) == std::vector<std::size_t>{0, 1, 2, 3, 4, 0, 1, 2, 3, 4});
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Sides split = sides_of(dataset, 0.4, 1, seed);
    CATCH_CHECK(split.validation.size() == 16);
    for (Eigen::Index i = 0; i < split.validation.size(); ++i) {
      for (Eigen::Index k = 0; k < split.train.size(); ++k) {
        CATCH_REQUIRE(split.validation.observations(i, 0) != split.train.observations(k, 0));
      }
    }
  }
}

CATCH_TEST_CASE("whole episodes are held out", "[row_split]") {
  const auto dataset = of_lengths({4, 4, 4, 4, 4, 4, 4, 4, 4, 4});
  const Sides split = sides_of(dataset, 0.2, 1);
  CATCH_CHECK(split.train.size() == 32);
  CATCH_REQUIRE(split.validation.size() == 8);
  for (Eigen::Index i = 0; i < 8; ++i) {
    const auto k = static_cast<std::size_t>(i);
    CATCH_CHECK(split.validation.begin[k] == i / 4 * 4);
    CATCH_CHECK(split.validation.end[k] == i / 4 * 4 + 4);
    CATCH_CHECK(static_cast<int>(split.validation.observations(i, 0)) % 4 == i % 4);
  }
}

CATCH_TEST_CASE("of few episodes the last steps are held out", "[row_split]") {
  const Sides split = sides_of(of_lengths({40, 20, 1}), 0.05, 1);
  CATCH_CHECK(numbers(at::tensor(std::vector<double>(split.validation.observations.col(0).begin(),
                                                     split.validation.observations.col(0).end()))) ==
              std::vector<int>{38, 39, 59});
  CATCH_CHECK(split.validation.begin == std::vector<std::int64_t>{0, 0, 2});
  CATCH_CHECK(split.validation.end == std::vector<std::int64_t>{2, 2, 3});
  CATCH_REQUIRE(split.train.size() == 38 + 19 + 1);
  CATCH_CHECK((split.train.begin[37] == 0 && split.train.end[37] == 38));  // the cut ends the episode
  CATCH_CHECK((split.train.begin[38] == 38 && split.train.end[38] == 57));
  CATCH_CHECK(fm::split_rows(of_lengths({40}), 0.05, 1, {0, "split"}).validation.size() == 2);
  CATCH_CHECK(fm::split_rows(of_lengths({40}), 0.05, 8, {0, "split"}).validation.size() == 8);  // whole predictions
  CATCH_CHECK(fm::split_rows(of_lengths({10}), 0.05, 8, {0, "split"}).validation.size() == 5);  // of at most a half
  CATCH_CHECK(fm::split_rows(of_lengths(std::vector<int>(10, 4)), 0.05, 1, {0, "split"}).validation.size() == 4);
}

CATCH_TEST_CASE("rows have the weights of their episodes", "[row_split]") {
  fm::Dataset dataset = of_lengths({2, 1, 2});
  CATCH_CHECK(all_rows(dataset).weights.empty());
  dataset.weights = {1.0, 3.0, 0.5};
  dataset.uniform_states = {fm::Matrix::Zero(1, 3), fm::Matrix(1, 0), fm::Matrix::Zero(1, 1), {4.0}};
  const fm::Rows rows = all_rows(dataset);
  CATCH_CHECK(rows.weights == std::vector<double>{1.0, 1.0, 3.0, 0.5, 0.5, 4.0});
}

CATCH_TEST_CASE("a recording's own split decides, and the share is drawn from the rest", "[row_split]") {
  fm::Dataset dataset = of_lengths({2, 2, 2, 2, 2, 2});
  dataset.sides = {fm::Side::held_out,  fm::Side::training, fm::Side::undecided,
                   fm::Side::undecided, fm::Side::held_out, fm::Side::training};
  const auto held_out = [&](double share) {
    const Sides split = sides_of(dataset, share, 1);
    CATCH_CHECK(split.train.size() + split.validation.size() == 12);
    std::vector<double> episodes;  // by their first row
    for (Eigen::Index i = 0; i < split.validation.size(); i += 2)
      episodes.push_back(split.validation.observations(i, 0) / 2);
    return episodes;
  };
  CATCH_CHECK(held_out(0.0) == std::vector<double>{0, 4});
  const std::vector<double> half = held_out(0.5);
  CATCH_REQUIRE(half.size() == 3);
  CATCH_CHECK((half[1] == 2 || half[1] == 3));
  dataset.sides.assign(6, fm::Side::training);
  CATCH_CHECK(held_out(0.5).empty());
}

CATCH_TEST_CASE("more rows than fit are dealt to parts at random, each episode once", "[row_split]") {
  const fm::Dataset dataset = of_lengths(std::vector<int>(100, 4));
  const fm::Split split = fm::split_rows(dataset, 0.1, 1, {0, "split"}, 100);
  CATCH_REQUIRE(split.validation.parts().size() == 2);  // of 40 rows
  CATCH_REQUIRE(split.train.parts().size() == 4);       // of 360 rows
  CATCH_CHECK(split.train.size() == 360);
  std::vector<int> found(400);
  bool in_order = true;
  for (std::size_t part = 0; part < 4; ++part) {
    const auto rows = split.train[part];
    CATCH_CHECK(rows->size() == split.train.parts()[part].rows);
    CATCH_CHECK(std::abs(rows->size() - 90) < 4);
    for (Eigen::Index i = 0; i < rows->size(); ++i) {
      ++found[static_cast<std::size_t>(rows->observations(i, 0))];
      CATCH_CHECK(rows->begin[static_cast<std::size_t>(i)] == i / 4 * 4);
      in_order = in_order && (i == 0 || rows->observations(i, 0) > rows->observations(i - 1, 0));
    }
    CATCH_CHECK(split.train[part]->observations == rows->observations);
  }
  CATCH_CHECK(!in_order);
  for (std::size_t part = 0; part < 2; ++part) {
    const auto rows = split.validation[part];
    for (Eigen::Index i = 0; i < rows->size(); ++i) ++found[static_cast<std::size_t>(rows->observations(i, 0))];
  }
  CATCH_CHECK(found == std::vector<int>(400, 1));
}

CATCH_TEST_CASE("an episode is in one part, also if it is larger than that", "[row_split]") {
  const fm::Split split = fm::split_rows(of_lengths({40, 3, 3}), 0.0, 1, {0, "split"}, 10);
  CATCH_CHECK(split.train.size() == 46);
  std::int64_t rows = 0, longest = 0;
  for (std::size_t part = 0; part < split.train.parts().size(); ++part) {
    CATCH_REQUIRE(split.train.parts()[part].rows > 0);
    const auto of_part = split.train[part];
    rows += of_part->size();
    for (std::size_t i = 0; i < of_part->end.size(); ++i) {
      longest = std::max(longest, of_part->end[i] - of_part->begin[i]);
    }
  }
  CATCH_CHECK(rows == 46);
  CATCH_CHECK(longest == 40);
}
