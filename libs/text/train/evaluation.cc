#include "text/train/evaluation.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace wangge::text {
namespace {

double Ratio(int part, int whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / whole;
}

double CalibrationError(const std::vector<Answer>& answers) {
  struct Bin {
    int count = 0;
    int right = 0;
    double probability = 0;
  };
  std::array<Bin, 10> bins;
  for (const Answer& answer : answers) {
    Bin& bin = bins[static_cast<size_t>(
        std::clamp(answer.probability * 10, 0.0, 9.0))];
    ++bin.count;
    bin.right += answer.right ? 1 : 0;
    bin.probability += answer.probability;
  }
  double error = 0;
  for (const Bin& bin : bins) error += std::abs(bin.probability - bin.right);
  return error / static_cast<double>(std::max<size_t>(answers.size(), 1));
}

void FillLabels(Figures* figures) {
  int occurring = 0;
  for (auto& [label, of] : figures->labels) {
    of.precision = Ratio(of.right, of.said);
    of.recall = Ratio(of.right, of.count);
    of.f1 = Ratio(2 * of.right, of.said + of.count);
    if (of.count == 0) continue;
    ++occurring;
    figures->macro_f1 += of.f1;
  }
  figures->macro_f1 /= std::max(occurring, 1);
}

}  // namespace

Figures FiguresOf(const std::vector<Judged>& rows) {
  Figures figures;
  figures.row_count = static_cast<int>(rows.size());
  std::vector<Answer> answers;
  int right_count = 0;
  for (const Judged& row : rows) {
    const Prediction best = row.said.empty() ? Prediction{} : row.said.front();
    const bool right = best.label == row.right;
    answers.push_back({best.probability, right});
    right_count += right ? 1 : 0;
    ++figures.labels[row.right].count;
    ++figures.labels[best.label].said;
    figures.labels[row.right].right += right ? 1 : 0;
    ++figures.confusion[row.right][best.label];
  }
  figures.accuracy = Ratio(right_count, figures.row_count);
  FillLabels(&figures);
  figures.calibration_error = CalibrationError(answers);
  std::stable_sort(answers.begin(), answers.end(),
                   [](const Answer& a, const Answer& b) {
                     return a.probability > b.probability;
                   });
  const auto surest = static_cast<std::ptrdiff_t>(answers.size() * 8 / 10);
  if (surest > 0) {
    figures.precision_at_80 =
        Ratio(static_cast<int>(std::count_if(
                  answers.begin(), answers.begin() + surest,
                  [](const Answer& answer) { return answer.right; })),
              static_cast<int>(surest));
    figures.threshold_at_80 =
        answers[static_cast<size_t>(surest - 1)].probability;
  }
  return figures;
}

routing::v1::Threshold ThresholdFor(std::vector<Answer> answers,
                                    double precision) {
  std::sort(answers.begin(), answers.end(),
            [](const Answer& a, const Answer& b) {
              return a.probability > b.probability;
            });
  constexpr double kNothing = 1.01;
  routing::v1::Threshold threshold;
  threshold.set_wanted_precision(precision);
  threshold.set_value(kNothing);
  double right = 0;
  for (size_t i = 0; i < answers.size(); ++i) {
    right += answers[i].right ? 1 : 0;
    // Those that are equally sure stand on one side.
    if (i + 1 < answers.size() &&
        answers[i + 1].probability == answers[i].probability) {
      continue;
    }
    const auto count = static_cast<double>(i + 1);
    if (right / count < precision) continue;
    threshold.set_value(answers[i].probability);
    threshold.set_precision(right / count);
    threshold.set_coverage(count / static_cast<double>(answers.size()));
  }
  return threshold;
}

}  // namespace wangge::text
