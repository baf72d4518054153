/** A list of names as it is read best: in lines. */
export const words = (text: string) => text.split(/\s+/).filter((word) => word !== '');
