#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "turnout/traffic/plain_text.h"
#include "turnout/traffic/prompt_text.h"

/// What a turn's wording says of the answer before it: the words, and their weights.
namespace turnout::traffic {
namespace {

/// Words that say something of the answer before. Those of a language with spaces count as whole
/// words; a trailing '*' stands for any ending.
struct Sign {
  double weight;  ///< log-odds
  bool at_start;  ///< counts only as the first words
  std::span<const std::string_view> words;
};

constexpr auto kComplaints = std::to_array<std::string_view>({
    // English
    "wrong",
    "incorrect",
    "not correct",
    "isn't correct",
    "not right",
    "isn't right",
    "not what i",
    "doesn't work",
    "does not work",
    "didn't work",
    "not working",
    "still not",
    "still fail*",
    "still get*",
    "still the same",
    "same error",
    "same answer",
    "same problem",
    "try again",
    "that's not",
    "that is not",
    "you didn't",
    "you did not",
    "you forgot",
    "you missed",
    "you ignored",
    "i said",
    "i asked",
    "i meant",
    "i mean",
    "not valid",
    "invalid",
    "mistake*",
    "bug",
    "it fails",
    "that fails",
    "this fails",
    "can't be true",
    "cannot be true",
    "making up",
    "made up",
    "makes no sense",
    "no sense",
    "useless",
    "think again",
    "are you sure",
    "you sure",
    "is it correct",
    "is that correct",
    "redo",
    "re-do",
    "rewrite",
    "improve your",
    "fix it",
    "fix this",
    "fix that",
    "not enough",
    "cut off",
    "cut-off",
    "incomplete",
    "hallucinat*",
    // German
    "falsch",
    "stimmt nicht",
    "nicht richtig",
    "geht nicht",
    "funktioniert nicht",
    "klappt nicht",
    "immer noch",
    "nochmal",
    "noch einmal",
    "nicht das",
    "ich meinte",
    "fehler",
    "bist du sicher",
    // French
    "faux",
    "incorrecte*",
    "pas correct",
    "ne marche pas",
    "ne fonctionne pas",
    "marche pas",
    "toujours pas",
    "pas ce que",
    "encore une fois",
    "erreur",
    "je voulais dire",
    "tu es sûr",
    // Spanish, Portuguese, Italian
    "incorrecto",
    "está mal",
    "equivocad*",
    "no funciona",
    "no es lo que",
    "sigue sin",
    "otra vez",
    "de nuevo",
    "quise decir",
    "errado",
    "errada",
    "não funciona",
    "não é isso",
    "de novo",
    "sbagliat*",
    "non funziona",
    "non è quello",
    "di nuovo",
    "ancora una volta",
    "riprova",
    // Dutch, Polish, Turkish
    "klopt niet",
    "werkt niet",
    "verkeerd",
    "opnieuw",
    "źle",
    "nie działa",
    "błąd",
    "jeszcze raz",
    "yanlış",
    "çalışmıyor",
    "tekrar",
    // Russian
    "неправильно",
    "неверно",
    "не работает",
    "не то",
    "ошибка",
    "еще раз",
    "ещё раз",
    "Неправильно",
    "Неверно",
    "Не работает",
    "Не то",
    "Ошибка",
});

/// In languages without spaces any place counts.
constexpr auto kComplaintsAnywhere = std::to_array<std::string_view>({
    "不对",     "错了",       "错误",     "不正确", "不是这个", "还是不行", "不行",
    "重新",     "再试",       "再来一次", "没有用", "違う",     "違います", "間違",
    "動かない", "動きません", "もう一度", "やり直", "エラー",   "틀렸",     "아니",
    "다시",     "안 돼",      "안돼",     "오류",   "작동하지",
});

constexpr auto kRevisions = std::to_array<std::string_view>({
    "shorter",         "longer",         "simpler",    "more detail*",
    "more detailed",   "in more detail", "less",       "instead",
    "without the",     "rephrase",       "elaborate",  "more concise",
    "more formal",     "explain better", "state more", "improve",
    "a different one", "another one",    "make it",    "change it",
    "too long",        "too short",      "kürzer",     "länger",
    "einfacher",       "ausführlicher",  "genauer",    "zu lang",
    "zu kurz",         "plus court*",    "plus long*", "plus simple",
    "plus de détails", "trop long",      "más corto",  "más largo",
    "más simple",      "más detalles",   "mais curto", "mais detalhes",
    "più breve",       "più semplice",   "korter",     "langer",
    "короче",          "подробнее",      "Короче",     "Подробнее",
});
constexpr auto kRevisionsAnywhere = std::to_array<std::string_view>({
    "短一点",
    "简短",
    "详细",
    "简单一点",
    "もっと短く",
    "短く",
    "詳しく",
    "더 짧게",
    "짧게",
    "자세히",
});

constexpr auto kDenials = std::to_array<std::string_view>({
    "no", "nope", "but",  "actually", "nein", "aber",  "non", "mais", "pero", "não", "però",
    "ma", "nee",  "maar", "nie",      "ale",  "hayır", "ama", "нет",  "Нет",  "но",  "Но",
});

/// What points at something said before.
constexpr auto kPointers = std::to_array<std::string_view>({
    "it",         "it's",    "its",   "that",   "that's",    "this",   "these",      "those",
    "they",       "there",   "you",   "your",   "i already", "i told", "the output", "the result",
    "the answer", "nothing", "same",  "almost", "das",       "es",     "da",         "du",
    "dein*",      "bei mir", "ce",    "c'est",  "cela",      "ça",     "il manque",  "tu",
    "eso",        "esto",    "falta", "tú",     "isso",      "isto",   "você",       "questo",
    "quello",     "dat",     "het",   "это",    "Это",       "ты",     "Ты",
});

constexpr auto kThanks = std::to_array<std::string_view>({
    "thanks",    "thank you", "thx",       "ty",       "great",    "perfect",    "awesome",
    "excellent", "nice",      "good",      "works",    "it works", "that works", "got it",
    "cool",      "danke",     "super",     "prima",    "perfekt",  "merci",      "parfait",
    "gracias",   "perfecto",  "obrigad*",  "perfeito", "grazie",   "perfetto",   "bedankt",
    "dank",      "dziękuję",  "teşekkür*", "спасибо",  "Спасибо",  "отлично",    "Отлично",
});
constexpr auto kThanksAnywhere =
    std::to_array<std::string_view>({"谢谢", "很好", "ありがとう", "감사", "고마워"});

constexpr auto kTurns = std::to_array<std::string_view>({
    "now",
    "next",
    "also",
    "another question",
    "new question",
    "new topic",
    "different question",
    "ok now",
    "okay now",
    "and now",
    "jetzt",
    "nun",
    "als nächstes",
    "andere frage",
    "maintenant",
    "ensuite",
    "autre question",
    "ahora",
    "otra pregunta",
    "agora",
    "outra pergunta",
    "adesso",
    "ora",
    "un'altra domanda",
    "nu",
    "andere vraag",
    "teraz",
    "şimdi",
    "теперь",
    "Теперь",
});
constexpr auto kTurnsAnywhere = std::to_array<std::string_view>(
    {"另一个问题", "换个话题", "接下来", "次に", "別の質問", "이제", "다음"});

constexpr auto kTraces = std::to_array<std::string_view>({
    "traceback",
    "error:",
    "exception:",
    "typeerror*",
    "syntaxerror*",
    "valueerror*",
    "nameerror*",
    "segmentation fault",
    "undefined reference",
    "not found",
    "stack trace",
    "panic:",
});

constexpr std::array kSigns = {
    Sign{3.0, false, kComplaints}, Sign{2.5, false, kRevisions}, Sign{1.6, true, kDenials},
    Sign{1.2, true, kPointers},    Sign{-3.0, true, kThanks},    Sign{-2.0, true, kTurns},
    Sign{1.6, false, kTraces},
};
constexpr std::array kSignsAnywhere = {
    Sign{3.0, false, kComplaintsAnywhere},
    Sign{2.5, false, kRevisionsAnywhere},
    Sign{-3.0, false, kThanksAnywhere},
    Sign{-2.0, false, kTurnsAnywhere},
};

constexpr std::size_t words_in(std::span<const Sign> signs, bool at_start) {
  std::size_t count = 0;
  for (const Sign& sign : signs) count += sign.at_start == at_start ? sign.words.size() : 0;
  return count;
}

/// The words of some signs by their first bytes, so that a text is gone through once and not once
/// for each of them.
template <std::size_t kWords, std::size_t kFirst>
class WordIndex {
 public:
  constexpr WordIndex(std::span<const Sign> signs, bool at_start) {
    std::size_t count = 0;
    for (std::size_t sign = 0; sign < signs.size(); ++sign) {
      if (signs[sign].at_start != at_start) continue;
      for (std::string_view word : signs[sign].words) {
        const bool open = word.ends_with('*');
        if (open) word.remove_suffix(1);
        words_[count++] = {word, 1U << sign, open};
      }
    }
    std::sort(words_.begin(), words_.end(),
              [](const Word& a, const Word& b) { return place(a.stem) < place(b.stem); });
    for (const Word& word : words_) ++begins_[place(word.stem) + 1];
    for (std::size_t i = 1; i < begins_.size(); ++i)
      begins_[i] = static_cast<std::uint16_t>(begins_[i] + begins_[i - 1]);
  }

  /// @returns the signs of which a word stands at the beginning of a text, one bit for each.
  /// @param whole  it must end there, unless it takes any ending
  [[nodiscard]] unsigned signs_at(std::string_view text, bool whole) const {
    if (text.size() < kFirst) return 0;
    unsigned found = 0;
    const std::size_t from = place(text);
    for (std::size_t i = begins_[from]; i < begins_[from + 1]; ++i) {
      const Word& word = words_[i];
      if (!text.starts_with(word.stem)) continue;
      const auto behind = text.substr(word.stem.size());
      if (!whole || word.open || behind.empty() || !in_word(behind.front())) found |= word.sign;
    }
    return found;
  }

 private:
  struct Word {
    std::string_view stem;
    unsigned sign = 0;
    bool open = false;
  };
  static constexpr std::size_t kPlaces = 256;
  static constexpr std::size_t place(std::string_view text) {
    unsigned sum = 0;
    for (std::size_t i = 0; i < kFirst; ++i) sum = sum * 37 + static_cast<unsigned char>(text[i]);
    return sum % kPlaces;
  }
  std::array<Word, kWords> words_{};
  std::array<std::uint16_t, kPlaces + 1> begins_{};
};

constexpr WordIndex<words_in(kSigns, false), 2> kWords(kSigns, false);
constexpr WordIndex<words_in(kSigns, true), 2> kFirstWords(kSigns, true);
constexpr WordIndex<words_in(kSignsAnywhere, false), 3> kWordsAnywhere(kSignsAnywhere, false);

double weight_of(std::span<const Sign> signs, unsigned found) {
  double odds = 0;
  for (std::size_t i = 0; i < signs.size(); ++i)
    odds += (found >> i & 1U) != 0 ? signs[i].weight : 0;
  return odds;
}

/// @param text  plain
double words_of(std::string_view text) {
  const auto first = text.find_first_not_of(" ,.!?:;-\"'(");
  unsigned found =
      first == std::string_view::npos ? 0 : kFirstWords.signs_at(text.substr(first), true);
  unsigned anywhere = 0;
  bool within = false;  // a word
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!within) found |= kWords.signs_at(text.substr(at), true);
    within = in_word(text[at]);
    if (static_cast<unsigned char>(text[at]) >= 0xe0)
      anywhere |= kWordsAnywhere.signs_at(text.substr(at), false);
  }
  return weight_of(kSigns, found) + weight_of(kSignsAnywhere, anywhere);
}

/// Signs that need no language: "??", "!!", and shouting.
double punctuation_of(std::string_view text) {
  constexpr std::ptrdiff_t kShout = 8;
  const auto asks = [](char c) { return c == '?' || c == '!'; };
  bool twice = false;
  std::ptrdiff_t upper = 0;
  std::ptrdiff_t lower = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    upper += c >= 'A' && c <= 'Z' ? 1 : 0;
    lower += c >= 'a' && c <= 'z' ? 1 : 0;
    twice |= asks(c) && i + 1 < text.size() && asks(text[i + 1]);
  }
  twice |=
      text.find("？？") != std::string_view::npos || text.find("！！") != std::string_view::npos;
  return (twice ? 1.2 : 0) + (upper >= kShout && upper > 4 * lower ? 1.2 : 0);
}

}  // namespace

double signs_of(std::string_view text, std::string_view plain) {
  // What is said of an answer stands first; further on is the matter itself.
  constexpr std::size_t kBeginning = 160;
  constexpr std::size_t kLong = 600;
  const double odds =
      punctuation_of(text.substr(0, kBeginning)) + words_of(plain.substr(0, kBeginning));
  return text.size() > kLong ? odds / 2 : odds;
}

double signs_of(std::string_view text) { return signs_of(text, plain_text(text)); }

}  // namespace turnout::traffic
