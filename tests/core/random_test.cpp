#include "libfm/core/random.hpp"

#include "tests/catch.hpp"

#include <cmath>
#include <set>

using fm::Draws;
using fm::RandomStream;

CATCH_TEST_CASE("Philox gives its authors' known answers", "[random]") {
  // Random123's kat_vectors, philox4x32 with 10 rounds.
  CATCH_CHECK(fm::philox({0, 0, 0, 0}, {0, 0}) ==
              std::array<std::uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CATCH_CHECK(fm::philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
              std::array<std::uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CATCH_CHECK(fm::philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
              std::array<std::uint32_t, 4>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

CATCH_TEST_CASE("draws are a function of seed, name, position and row", "[random]") {
  const auto first = [](std::uint64_t seed, const char* name, std::uint64_t position, std::uint32_t row) {
    return RandomStream(seed, name).at(position, row).bits();
  };
  CATCH_CHECK(first(1, "noise", 2, 3) == first(1, "noise", 2, 3));
  const std::set<std::uint32_t> different = {first(1, "noise", 2, 3), first(2, "noise", 2, 3),
                                             first(1, "batch", 2, 3), first(1, "noise", 3, 3),
                                             first(1, "noise", 2, 4), first(1, "noise", 2ull << 32, 3)};
  CATCH_CHECK(different.size() == 6);
}

CATCH_TEST_CASE("uniform and normal draws have the moments of their distributions", "[random]") {
  const RandomStream stream(0, "moments");
  constexpr int n = 200000;
  double u1 = 0, u2 = 0, n1 = 0, n2 = 0, n4 = 0;
  Draws draws = stream.at(0);
  for (int i = 0; i < n; ++i) {
    const double u = draws.uniform();
    const double z = draws.normal();
    CATCH_REQUIRE((u >= 0.0 && u < 1.0));
    u1 += u;
    u2 += u * u;
    n1 += z;
    n2 += z * z;
    n4 += z * z * z * z;
  }
  // Five standard errors of each mean.
  const double root = std::sqrt(n);
  CATCH_CHECK(std::abs(u1 / n - 0.5) < 5 * std::sqrt(1.0 / 12) / root);
  CATCH_CHECK(std::abs(u2 / n - 1.0 / 3) < 5 * std::sqrt(4.0 / 45) / root);
  CATCH_CHECK(std::abs(n1 / n) < 5 / root);
  CATCH_CHECK(std::abs(n2 / n - 1) < 5 * std::sqrt(2.0) / root);
  CATCH_CHECK(std::abs(n4 / n - 3) < 5 * std::sqrt(96.0) / root);
}

CATCH_TEST_CASE("below(n) is uniform on its values", "[random]") {
  Draws draws = RandomStream(3, "below").at(0);
  std::array<int, 5> counts{};
  for (int i = 0; i < 50000; ++i) ++counts[draws.below(5)];
  for (const int count : counts) CATCH_CHECK(std::abs(count - 10000) < 5 * std::sqrt(8000.0));
}

CATCH_TEST_CASE("a permutation contains every index once and differs by position", "[random]") {
  const RandomStream stream(0, "shuffle");
  const auto order = fm::permutation(stream, 0, 1000);
  CATCH_CHECK(std::set<std::int64_t>(order.begin(), order.end()).size() == 1000);
  CATCH_CHECK(order == fm::permutation(stream, 0, 1000));
  CATCH_CHECK(order != fm::permutation(stream, 1, 1000));
}
