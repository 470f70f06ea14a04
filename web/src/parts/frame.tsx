import type { ComponentChildren } from 'preact';

export interface Tab {
  name: string;
  href: string;
  current: boolean;
}

interface Props {
  about: string;
  tabs: Tab[];
  children: ComponentChildren;
  footer: ComponentChildren;
}

/** What is around every view: the way past the head for keyboards, the name, the views, the foot. */
export function Frame({ about, tabs, children, footer }: Props) {
  const skip = (event: Event) => {
    event.preventDefault();
    document.getElementById('content')?.focus();
  };
  return (
    <>
      <a class="skip" href="#content" onClick={skip}>
        Skip to the content
      </a>
      <header>
        <h1>Turnout</h1>
        <p>{about}</p>
        <nav aria-label="Views">
          {tabs.map(({ name, href, current }) => (
            <a key={name} href={href} aria-current={current ? 'page' : undefined}>
              {name}
            </a>
          ))}
        </nav>
      </header>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
      <footer>{footer}</footer>
    </>
  );
}
