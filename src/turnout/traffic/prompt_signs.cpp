#include <algorithm>
#include <array>
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

bool word_at(std::string_view text, std::size_t at, std::string_view word) {
  const bool open = word.ends_with('*');
  if (open) word.remove_suffix(1);
  if (text.substr(at, word.size()) != word) return false;
  const std::size_t end = at + word.size();
  return open || end == text.size() || !in_word(text[end]);
}

bool says(std::string_view text, const Sign& sign) {
  const auto begins = text.find_first_not_of(" ,.!?:;-\"'(");
  return std::any_of(sign.words.begin(), sign.words.end(), [&](std::string_view word) {
    if (sign.at_start) return begins != std::string_view::npos && word_at(text, begins, word);
    const std::string_view stem = word.ends_with('*') ? word.substr(0, word.size() - 1) : word;
    for (auto at = text.find(stem); at != std::string_view::npos; at = text.find(stem, at + 1)) {
      if ((at == 0 || !in_word(text[at - 1])) && word_at(text, at, word)) return true;
    }
    return false;
  });
}

/// Signs that need no language: "??", "!!", and shouting.
double punctuation_of(std::string_view text) {
  double odds = 0;
  for (const std::string_view run : {"??", "!!", "?!", "!?", "？？", "！！"}) {
    if (text.find(run) != std::string_view::npos) odds = 1.2;
  }
  const auto count = [&](char from, char to) {
    return std::count_if(text.begin(), text.end(), [&](char c) { return c >= from && c <= to; });
  };
  const auto upper = count('A', 'Z');
  constexpr std::ptrdiff_t kShout = 8;
  if (upper >= kShout && upper > 4 * count('a', 'z')) odds += 1.2;
  return odds;
}

}  // namespace

double signs_of(std::string_view text) {
  // What is said of an answer stands first; further on is the matter itself.
  constexpr std::size_t kBeginning = 160;
  constexpr std::size_t kLong = 600;
  const std::string plain = plain_text(text.substr(0, 2 * kBeginning));
  const auto beginning = std::string_view(plain).substr(0, kBeginning);
  double odds = punctuation_of(text.substr(0, kBeginning));
  for (const Sign& sign : kSigns) odds += says(beginning, sign) ? sign.weight : 0;
  for (const Sign& sign : kSignsAnywhere) {
    const bool found = std::any_of(
        sign.words.begin(), sign.words.end(),
        [&](std::string_view word) { return beginning.find(word) != std::string_view::npos; });
    odds += found ? sign.weight : 0;
  }
  return text.size() > kLong ? odds / 2 : odds;
}

}  // namespace turnout::traffic
