#include "libfm/study/aggregate.hpp"

#include "tests/catch.hpp"

#include <cmath>

namespace {

// The scores of runs on two tasks, 40 resamples of them as rliable 1.2.0 drew them, and what it computed:
//
//   StratifiedBootstrap(x).conf_int(f, reps=40, method="percentile"), f of aggregate_mean, aggregate_iqm and
//   np.mean(scores > t) for each threshold; StratifiedIndependentBootstrap(x, y) with probability_of_improvement.
//
// A digit is the index of a run: all of the first task, then all of the second, for each resample.

const fm::Strata x = {{0.126, 0.64, -0.536, 1.304, 0.64, -0.623}, {-0.132, 0.105, 0.362, 0.947, -1.265, 0.041}};
const fm::Strata y = {{0.126, -0.846, -0.144, 0.812, 0.271}, {0.181, -0.332, 0.084, 1.443, 1.766}};
const std::vector<double> thresholds = {-1.0, -0.25, 0.0, 0.5};

const std::string resamples_of_x =
    "5415043030154254441423252101514151104052051031311414453032031012032421154530233102142013050150545455"
    "3323304444025451402112444004011232421214202052052514511425103100511543001545332540031055515502325345"
    "4035523044140522030514504203024333143323534033424305502010122244434210111502403033101424530414400551"
    "2243435554024320515435232543100113224233540440522151054211544210342340213154001255342514233140101523"
    "20024225241034055203301043332124522033415552002011004422431140155212520310105454";
const std::vector<double> point = {0.13408333333333336, 0.19033333333333333, 0.9166666666666666, 0.75,
                                   0.6666666666666666,  0.3333333333333333};
const std::vector<double> low = {-0.19669999999999976, -0.17089999999999989, 0.8333333333333334,
                                 0.5791666666666668,   0.49791666666666673,  0.08125000000000007};
const std::vector<double> high = {0.4677229166666666, 0.5953624999999999, 1.0, 1.0, 1.0, 0.5854166666666666};

const std::string paired_x =
    "0020155332322303244541040514332112000105512411520330235550510542122431115251533223412522411100353053"
    "3204133555555014201140424413423525215321304504231145111311215425332323305332542243541025331232430200"
    "3412054334451001013004505123433154103400304405322135214141445552132222112052541101013325134531534050"
    "2104520155233150004312114242550304151201334123553242524025510002032151242323434305210115203550521344"
    "35543122502004323443155205154453500013005055543530355424303140403230311132012545";
const std::string paired_y =
    "4443243231220204121120221240434322324030243433312031410003300013133304040341232024442410032403142011"
    "1414334232201332322400001023342434242223111312243012010421022030030343224021342110412124120412034213"
    "1012034033210012412212314022024111202431101112340423212404202233044134240014004330304224124014200123"
    "2132020010344442213344421324001423230214302203044221440230022113433413224142120242430342121112211321";
constexpr double improvement = 0.45833333333333337, improvement_low = 0.2910416666666667,
                 improvement_high = 0.7504166666666666;

/// Resample r of the scores.
fm::Strata drawn(const fm::Strata& scores, const std::string& indices, std::size_t r) {
  fm::Strata result = scores;
  std::size_t at = r * scores.size() * scores[0].size();
  for (std::size_t task = 0; task < scores.size(); ++task) {
    for (double& score : result[task]) score = scores[task][static_cast<std::size_t>(indices[at++] - '0')];
  }
  return result;
}

std::vector<double> all_of(const fm::Strata& tasks) {
  std::vector<double> all;
  for (const auto& task : tasks) all.insert(all.end(), task.begin(), task.end());
  return all;
}

std::vector<double> statistics(const fm::Strata& tasks) {
  const std::vector<double> all = all_of(tasks);
  std::vector<double> values = {fm::mean(all), fm::interquartile_mean(all)};
  for (const double share : fm::performance_profile(all, thresholds)) values.push_back(share);
  return values;
}

double mean_improvement(const fm::Strata& a, const fm::Strata& b) {
  double sum = 0.0;
  for (std::size_t task = 0; task < a.size(); ++task) sum += fm::probability_of_improvement(a[task], b[task]);
  return sum / static_cast<double>(a.size());
}

bool near(double a, double b) { return std::abs(a - b) < 1e-12; }

}  // namespace

CATCH_TEST_CASE("statistics and intervals are rliable's, given its resamples", "[aggregate]") {
  const std::vector<double> ours = statistics(x);
  for (std::size_t i = 0; i < ours.size(); ++i) {
    CATCH_INFO("statistic " << i);
    std::vector<double> resampled;
    for (std::size_t r = 0; r < 40; ++r) resampled.push_back(statistics(drawn(x, resamples_of_x, r))[i]);
    const fm::Interval interval = fm::percentile_interval(resampled, 0.95);
    CATCH_CHECK(near(ours[i], point[i]));
    CATCH_CHECK(near(interval.low, low[i]));
    CATCH_CHECK(near(interval.high, high[i]));
  }
}

CATCH_TEST_CASE("the probability of improvement is rliable's, given its resamples", "[aggregate]") {
  CATCH_CHECK(near(mean_improvement(x, y), improvement));
  std::vector<double> resampled;
  for (std::size_t r = 0; r < 40; ++r) {
    resampled.push_back(mean_improvement(drawn(x, paired_x, r), drawn(y, paired_y, r)));
  }
  const fm::Interval interval = fm::percentile_interval(resampled, 0.95);
  CATCH_CHECK(near(interval.low, improvement_low));
  CATCH_CHECK(near(interval.high, improvement_high));
}

CATCH_TEST_CASE("the interquartile mean leaves a quarter out at both ends", "[aggregate]") {
  CATCH_CHECK(fm::interquartile_mean(std::vector{3.0}) == 3.0);
  CATCH_CHECK(fm::interquartile_mean(std::vector{9.0, 1.0, 2.0}) == 4.0);
  CATCH_CHECK(fm::interquartile_mean(std::vector{100.0, 1.0, 3.0, -50.0}) == 2.0);
  CATCH_CHECK(fm::interquartile_mean(std::vector{1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 80.0}) == 4.5);
}

CATCH_TEST_CASE("a stratum is resampled from itself alone", "[aggregate]") {
  const fm::Strata strata = {{1.0, 1.0, 1.0}, {10.0, 10.0}};
  const auto total = [](const fm::Strata& s) { return s[0][0] + s[0][2] + s[1][1]; };
  CATCH_CHECK(fm::stratified_bootstrap(strata, total, fm::RandomStream(0, "test")) == fm::Interval{12.0, 12.0});
}

CATCH_TEST_CASE("an interval of the mean covers it as often as it says", "[aggregate]") {
  const auto mean_of = [](const fm::Strata& s) { return fm::mean(s[0]); };
  int covered = 0;
  for (std::uint64_t trial = 0; trial < 400; ++trial) {
    fm::Draws draws = fm::RandomStream(1, "trials").at(trial);
    fm::Strata sample(1);
    for (int i = 0; i < 30; ++i) sample[0].push_back(draws.normal());
    const fm::Interval interval =
        fm::stratified_bootstrap(sample, mean_of, fm::RandomStream(trial, "test"), {.resamples = 500});
    covered += interval.low <= 0.0 && interval.high >= 0.0 ? 1 : 0;
  }
  CATCH_CHECK(covered > 0.90 * 400);  // the percentile bootstrap of 30 normal numbers covers 0.936
  CATCH_CHECK(covered < 0.97 * 400);
}

CATCH_TEST_CASE("a paired difference is free of what starts have in common", "[aggregate]") {
  fm::Draws draws = fm::RandomStream(0, "starts").at(0);
  fm::Strata a(3), b(2);
  for (int i = 0; i < 200; ++i) {
    const double start = 100.0 * draws.normal();
    for (auto& run : a) run.push_back(start + 1.0 + 0.1 * draws.normal());
    for (auto& run : b) run.push_back(start);
  }
  const fm::PairedDifference difference = fm::paired_difference(a, b, fm::RandomStream(0, "test"));
  CATCH_CHECK(std::abs(difference.mean - 1.0) < 0.03);
  CATCH_CHECK(difference.interval.low > 0.95);
  CATCH_CHECK(difference.interval.high < 1.05);
  const fm::PairedDifference none = fm::paired_difference(a, a, fm::RandomStream(0, "test"));
  CATCH_CHECK(none.mean == 0.0);
  CATCH_CHECK((none.interval.low < 0.0 && none.interval.high > 0.0));
}
