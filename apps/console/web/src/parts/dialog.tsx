import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';

interface Props {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  /** Something that must be answered: no way out but by its buttons. */
  insistent?: boolean;
  children: ReactNode;
}

/** A question over everything else: focus stays in it, Esc leaves it, and focus goes back to where it came from. */
export function Dialog({ title, isOpen, onClose, insistent = false, children }: Props) {
  return (
    <ModalOverlay
      className="overlay"
      isOpen={isOpen}
      isDismissable={!insistent}
      isKeyboardDismissDisabled={insistent}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Modal className="modal">
        <AriaDialog className="dialog" role={insistent ? 'alertdialog' : 'dialog'}>
          <Heading slot="title" level={2}>
            {title}
          </Heading>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
