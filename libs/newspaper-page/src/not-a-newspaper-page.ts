/** The text holds nothing by which a newspaper page is known. The message says what was looked for and the fix. */
export class NotANewspaperPage extends Error {
  override readonly name = 'NotANewspaperPage';

  constructor(reason: string) {
    super(
      `${reason} A newspaper page is known by a masthead (name, date with weekday, issue 总第N期, 主管/主办, 第N版), ` +
        'or by articles with a dateline (本报讯, 新华社北京1月3日电) or a byline (记者 张三). ' +
        'Send the whole text of one page as text/plain or text/markdown in UTF-8, or a single article to /api/v1/articles.',
    );
  }
}
