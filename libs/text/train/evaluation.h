// How well predictions fit what is right.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "text/classifier.h"

namespace wangge::text {

// What was said of a text, and what is right.
struct Judged {
  std::string right;
  std::vector<Prediction> said;  // Most probable first.
};

struct LabelFigures {
  int count = 0;  // Rows that have the label.
  int said = 0;   // Rows that were given it.
  int right = 0;
  double precision = 0;
  double recall = 0;
  double f1 = 0;
};

struct Figures {
  int row_count = 0;
  double accuracy = 0;
  // Mean F1 of the labels that occur.
  double macro_f1 = 0;
  std::map<std::string, LabelFigures> labels;
  // Rows by what is right, then by what was said.
  std::map<std::string, std::map<std::string, int>> confusion;
  // Expected calibration error: mean distance between the probability of what
  // was said and the share of right answers, over ten bins of equal width
  // (Naeini, Cooper, Hauskrecht 2015).
  double calibration_error = 0;
  // Share of right answers among the surest 80 %, and the probability from
  // which on they are.
  double precision_at_80 = 0;
  double threshold_at_80 = 0;
};

Figures FiguresOf(const std::vector<Judged>& rows);

// How often a plan that is carried out by itself must be right.
inline constexpr double kWantedPrecision = 0.97;

// How sure an answer was, and whether it was right.
struct Answer {
  double probability = 0;
  bool right = false;
};

// The least probability at which those that are at least as sure are right as
// often as `precision` wants; above 1 when nothing is.
routing::v1::Threshold ThresholdFor(std::vector<Answer> answers,
                                    double precision);

}  // namespace wangge::text
