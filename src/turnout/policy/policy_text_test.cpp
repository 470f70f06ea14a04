#include "turnout/policy/policy_text.h"

#include <gtest/gtest.h>

#include "turnout/base/rng.h"

namespace turnout::policy {
namespace {

const std::vector<std::string> kModels = {"mini", "large", "huge"};

/// Names that make the grammar's life hard.
const std::vector<std::string> kOddModels = {"openai/gpt-4.1:free",
                                             "a,b",
                                             "end",
                                             "x=0.5+y",
                                             "say \"hi\"",
                                             "f(x)",
                                             "(y)",
                                             ")(",
                                             "a (b) c",
                                             " padded ",
                                             "command-r+",
                                             "explore:0.1/mini",
                                             "*"};

Lottery draw_lottery(base::Rng& rng, std::size_t models) {
  const auto any = [&](std::size_t below) {
    return static_cast<std::size_t>(rng.uniform() * static_cast<double>(below));
  };
  if (rng.uniform() < 0.6) return {{any(models), 1}};
  Lottery lottery;
  double left = 1;
  for (std::size_t k = any(models); k + 1 < models && rng.uniform() < 0.7; ++k) {
    const double share = left * rng.uniform();
    lottery.emplace_back(k, share);
    left -= share;
  }
  lottery.emplace_back(models - 1, left);
  return lottery;
}

Form draw_form(base::Rng& rng, std::size_t models) {
  Form form;
  if (rng.uniform() < 0.3) form.explores = rng.uniform() < 0.2 ? 1 : rng.uniform();
  if (rng.uniform() < 0.2) {
    const auto first = static_cast<std::size_t>(rng.uniform() * static_cast<double>(models));
    form.plan = Cascade{first, (first + 1) % models, rng.uniform()};
    return form;
  }
  Sequence sequence;
  do {
    sequence.runs.push_back(
        {draw_lottery(rng, models), 1 + static_cast<std::size_t>(rng.uniform() * 4)});
  } while (rng.uniform() < 0.7);
  sequence.repeated =
      static_cast<std::size_t>(rng.uniform() * static_cast<double>(sequence.runs.size() + 1));
  form.plan = sequence;
  return form;
}

void expect_same_steps(const Policy& a, const Policy& b) {
  ASSERT_EQ(a.states(), b.states()) << a.text();
  for (State state = 0; state < a.states(); ++state) {
    const auto x = a.draws(state);
    const auto y = b.draws(state);
    ASSERT_EQ(x.size(), y.size()) << a.text();
    for (std::size_t i = 0; i < x.size(); ++i) {
      EXPECT_EQ(x[i].model, y[i].model) << a.text();
      EXPECT_EQ(x[i].advance, y[i].advance) << a.text();
      EXPECT_EQ(x[i].propensity, y[i].propensity) << a.text();
      EXPECT_EQ(x[i].probability, y[i].probability) << a.text();
      EXPECT_EQ(x[i].up_to, y[i].up_to) << a.text();
    }
  }
}

TEST(PolicyText, text_and_policy_round_trip_bit_for_bit) {
  base::Rng rng(1);
  for (int i = 0; i < 20'000; ++i) {
    const auto& models = i % 2 == 0 ? kModels : kOddModels;
    const auto policy = Policy::make(draw_form(rng, models.size()), models).value();
    const auto read = Policy::parse(policy.text(), models);
    ASSERT_TRUE(read) << policy.text() << ": " << read.error().to_string();
    EXPECT_EQ(read->text(), policy.text());
    EXPECT_EQ(read->form(), policy.form()) << policy.text();
    expect_same_steps(*read, policy);
  }
}

TEST(PolicyText, every_policy_has_a_short_spelling) {
  const std::pair<const char*, const char*> spellings[] = {
      {"mini,mini", "mini"},
      {"mini,mini,large", "mini,mini,large"},
      {"mini*2,large", "mini,mini,large"},
      {"mini,mini*3,large,large", "mini*4,large"},
      {" mini , large ", "mini,large"},
      {"lottery:mini=0.5,large=0.25,mini=0.25", "lottery:mini=0.75,large=0.25"},
      {"mini=0.5+large=0.5", "lottery:mini=0.5,large=0.5"},
      {"lottery:mini=1,large=0", "mini"},
      {"mini,large=0.25+mini=0.75*3,large", "mini,mini=0.75+large=0.25*3,large"},
      {"cascade:mini,large,0", "mini"},
      {"cascade:mini,large,1", "mini,large"},
      {"explore:0/mini", "mini"},
      {"explore:0.5/cascade:mini,large,0.125", "explore:0.5/cascade:mini,large,0.125"},
      {"mini,(large)", "mini,large"},
      {"mini,(large,huge,huge)", "mini,(large,huge,huge)"},
      {"mini*3,end", "mini*3,end"},
      {"\"mini\"*3 , end", "mini*3,end"},
  };
  for (const auto& [text, shortest] : spellings) {
    const auto policy = Policy::parse(text, kModels);
    ASSERT_TRUE(policy) << text << ": " << policy.error().to_string();
    EXPECT_EQ(policy->text(), shortest);
  }
}

TEST(PolicyText, names_with_paired_brackets_are_written_as_they_are) {
  const std::vector<std::string> models = {"grok (high)", "(x)"};
  const char* text = "grok (high)*3,(grok (high),\"(x)\")";
  EXPECT_EQ(Policy::parse(text, models)->text(), text);
}

TEST(PolicyText, bad_text_is_refused_with_what_is_allowed) {
  const std::pair<const char*, const char*> bad[] = {
      {"", "policy '': '' is no model; known: mini, large, huge"},
      {"end", "policy 'end': 'end' is no model; known: mini, large, huge"},
      {"mini,nano", "policy 'mini,nano': 'nano' is no model; known: mini, large, huge"},
      {"mini,end,large", "policy 'mini,end,large': 'end' is no model; known: mini, large, huge"},
      {"cascade:mini,large", "policy 'cascade:mini,large': must be cascade:FIRST,LAST,PROBABILITY"},
      {"cascade:mini,large,2", "policy 'cascade:mini,large,2': 2 must be a probability, 0 to 1"},
      {"lottery:mini=0.5",
       "policy 'lottery:mini=0.5': the probabilities sum to 0.5, must sum to 1"},
      {"mini=0.5+large=0.4,huge",
       "policy 'mini=0.5+large=0.4,huge': the probabilities sum to 0.9, must sum to 1"},
      {"lottery:mini", "policy 'lottery:mini': must be lottery:MODEL=PROBABILITY,..."},
      {"mini=0.5+large",
       "policy 'mini=0.5+large': must be MODEL=PROBABILITY everywhere in a lottery"},
      {"mini*0", "policy 'mini*0': '0' must be a number of attempts, 1 to 100000"},
      {"mini*2.5", "policy 'mini*2.5': '2.5' must be a number of attempts, 1 to 100000"},
      {"mini,(large", "policy 'mini,(large': must end with ) what repeats"},
      {"(mini),large", "policy '(mini),large': ',large' is not expected"},
      {"\"mini", "policy '\"mini': has a quotation mark that nothing closes"},
      {"explore:0.1", "policy 'explore:0.1': must be explore:PROBABILITY/POLICY, once"},
      {"explore:0.1/explore:0.1/mini",
       "policy 'explore:0.1/explore:0.1/mini': must be explore:PROBABILITY/POLICY, once"},
      {"explore:0/explore:0/mini",
       "policy 'explore:0/explore:0/mini': must be explore:PROBABILITY/POLICY, once"},
  };
  for (const auto& [text, message] : bad) {
    const auto policy = Policy::parse(text, kModels);
    ASSERT_FALSE(policy) << text;
    EXPECT_EQ(policy.error().to_string(), message);
  }
}

}  // namespace
}  // namespace turnout::policy
