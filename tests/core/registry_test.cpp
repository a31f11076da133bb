#include "libfm/core/registry.hpp"

#include "libfm/core/json_options.hpp"
#include "tests/catch.hpp"

namespace {

struct Inner {
  std::vector<double> gains = {1.0, 2.0};
  std::optional<std::string> file = {};

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("gains", gains, "gains", fm::list_of(1, 3, fm::above(0.0)));
    visit("file", file, "a file");
  }
};

struct Outer {
  int count = 3;
  bool on = false;
  Inner inner;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("count", count, "a count", fm::between(1, 10));
    visit("on", on, "a switch");
    visit("inner", inner, "a section");
  }
};

/// Options with a member of a type that they do not know.
struct Holder {
  fm::ErasedOptions held{Outer{}};

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("held", held, "held");
  }
};

}  // namespace

CATCH_TEST_CASE("erased options are visited as the struct itself", "[registry]") {
  Outer plain{.count = 7, .on = true, .inner = {.gains = {5.0}, .file = "a"}};
  Holder holder{fm::ErasedOptions(plain)};
  const nlohmann::json json = fm::options_to_json(holder);
  CATCH_CHECK(json == nlohmann::json{{"held", fm::options_to_json(plain)}});
  const auto read = fm::options_from_json<Holder>(json, "x");
  CATCH_CHECK(read.held.as<Outer>().count == 7);
  CATCH_CHECK(read.held.as<Outer>().inner.gains == std::vector{5.0});
  CATCH_CHECK(read.held.as<Outer>().inner.file == "a");
  CATCH_CHECK_THROWS_WITH(fm::options_from_json<Holder>({{"held", {{"inner", {{"gains", {-1.0}}}}}}}, "x"),
                          "x.held.inner.gains: -1 is out of range");
}

CATCH_TEST_CASE("copies of erased options are separate", "[registry]") {
  Holder first;
  Holder second = first;
  const nlohmann::json json = {{"held", {{"count", 9}}}};
  fm::JsonReader reader(json, "x");
  second.fields(reader);
  CATCH_CHECK(first.held.as<Outer>().count == 3);
  CATCH_CHECK(second.held.as<Outer>().count == 9);
  CATCH_CHECK_THROWS_AS(first.held.as<Inner>(), std::logic_error);
}

CATCH_TEST_CASE("a registry refuses names that are taken or no words", "[registry]") {
  fm::Registry registry;
  const auto add = [&](const char* name) {
    registry.add(fm::Registry::Kind::expert, name, {fm::ErasedOptions(Outer{}), "", {}});
  };
  add("mine");
  CATCH_CHECK_THROWS_AS(add("mine"), std::invalid_argument);
  CATCH_CHECK_THROWS_AS(add("no word"), std::invalid_argument);
  CATCH_CHECK_THROWS_AS(add(""), std::invalid_argument);
  CATCH_CHECK(registry.of(fm::Registry::Kind::expert).size() == 1);
  CATCH_CHECK(registry.of(fm::Registry::Kind::environment).empty());
  CATCH_CHECK(registry.options(fm::Registry::Kind::expert).contains("mine"));
}
