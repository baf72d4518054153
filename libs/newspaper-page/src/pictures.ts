/**
 * Sentences that tell what a picture shows, and that nothing but the picture sets apart from the text. They are asked of
 * text as printed and as mended: its marks are of either width.
 */

const LONGEST = 60;

/** 志愿者在广场发放手册。: who does what where, in one clause. */
export function tellsOfPicture(text: string): boolean {
  return (
    text.length <= LONGEST &&
    /^[^，,。；;：:！!？?“”"]{2,12}(?:在|正在)[^，,。；;：:！!？?“”"]{3,24}。$/u.test(text)
  );
}

/** 9月10日，志愿者在广场发放手册。: a report has such sentences, too; a person is shown it. */
export function mayTellOfPicture(text: string): boolean {
  return (
    text.length <= LONGEST &&
    tellsOfPicture(
      text.replace(
        /^(?:[\d０-９]{1,2}月[\d０-９]{1,2}日|近日|日前|连日来|昨日|当天)[\p{Script=Han}]{0,2}[，,]/u,
        '',
      ),
    )
  );
}
